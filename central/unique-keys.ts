import { escapeIdentifier, escapeLiteral } from 'pg'
import type { CentralTable } from '../hub/store/central-shape.ts'
import { centralTables } from '../hub/store/central-tables.ts'
import { COMPANION } from '../shared/companion.ts'
import { LaresError } from '../shared/errors.ts'
import { shellWord } from '../shared/shell-word.ts'
import type { Queryable } from './connect.ts'

/** Two rows of one house that want one key, or one unique key. The first is one of central's. */
export interface Clash {
  site_id: string
  site: string
  table: string
  scope: string
  key: string
  /** `null`: the other row is the house's own. */
  other_scope: string | null
  other_key: string
  /** `users.email anna@example.org`. */
  what: string
}

/** What is looked for: all, or clashes of one scope, of one of its rows. */
export interface Where {
  scope: string
  row?: { table: string; key: string }
}

/**
 * Refuses what would give one house two rows of central's with one unique key: it can take only one of them. Call after the
 * change, in its transaction. Throws `already_exists` naming both rows.
 */
export async function refuseClash(db: Queryable, where: Where): Promise<void> {
  // Two changes at once, each of which sees only itself, would pass.
  await db.query("SELECT pg_advisory_xact_lock(hashtextextended('lares unique keys', 0))")
  const clash = (await within(db, where)) ?? (await clashes(db, where)).find(isAmongScopes)
  if (clash === undefined) return
  const { what, key, scope, other_key, other_scope } = clash
  const out = `lares central remove ${shellWord(String(other_scope))} ${clash.table} ${shellWord(other_key)}`
  throw new LaresError('already_exists', `${what} is that of ${other_key} in the scope ${other_scope}`, {
    hint: `${clash.site === '' ? 'A house' : `The house ${clash.site}`} would have two. Take that one out (${out}), or change ${key} of ${scope}.`,
  })
}

function isAmongScopes({ key, other_key, other_scope }: Clash): boolean {
  // One person in two scopes is one person: the house has it by the first, until that lets go of it.
  return other_scope !== null && key !== other_key
}

/** Clashes with rows that houses have of their own: they keep these until somebody settles it. */
export async function clashesWithOwn(db: Queryable, where: Where): Promise<Clash[]> {
  return (await clashes(db, where)).filter(({ other_scope }) => other_scope === null)
}

/** Every clash, by house, table and key; each pair of rows once. */
export async function clashes(db: Queryable, where?: Where): Promise<Clash[]> {
  const found: Clash[] = []
  for (const { table, name, isKey, value, own } of keys(where?.row?.table)) {
    const { rows } = await db.query<Omit<Clash, 'what' | 'table'> & { value: string[] }>(
      `WITH put AS (
         SELECT g.site_id, r.scope, r.row_key AS key, ${value} AS value
         FROM lares.scope_rows r JOIN lares.scope_sites g USING (scope)
         WHERE r.table_name = ${escapeLiteral(table.name)} AND NOT r.removed),
       rival AS (
         SELECT site_id, scope, key, value FROM put
         UNION ALL
         SELECT t.site_id, NULL, t.${escapeIdentifier(table.key)}, ${own} FROM lares.${escapeIdentifier(table.name)} t
         WHERE t.deleted_at IS NULL AND ${notSeeded(table)})
       SELECT s.site_id, s.name AS site, a.scope, a.key, b.scope AS other_scope, b.key AS other_key, a.value
       FROM put a JOIN rival b ON b.site_id = a.site_id AND b.value = a.value
         JOIN lares.sites s ON s.site_id = a.site_id
       WHERE s.removed_at IS NULL AND (b.scope, b.key) IS DISTINCT FROM (a.scope, a.key)
         AND array_position(a.value, NULL) IS NULL ${isKey ? '' : 'AND a.key <> b.key'}
         AND CASE WHEN $1::text IS NULL THEN b.scope IS NULL OR (b.scope, b.key) < (a.scope, a.key)
           ELSE a.scope = $1 AND a.key = coalesce($2, a.key) END
       ORDER BY s.name, a.key, b.scope NULLS FIRST, b.key`,
      [where?.scope ?? null, where?.row?.key ?? null],
    )
    found.push(
      ...rows.map(({ value: said, ...row }) => ({ ...row, table: table.name, what: `${name} ${said.join(', ')}` })),
    )
  }
  return found
}

/** Also where a scope is granted to nobody yet, two of its rows may not have one unique key. */
async function within(db: Queryable, { scope, row: only }: Where): Promise<Clash | undefined> {
  for (const { table, name, value } of keys(only?.table).filter(({ isKey }) => !isKey)) {
    const { rows } = await db.query<{ key: string; other_key: string; value: string[] }>(
      `WITH put AS (SELECT r.row_key AS key, ${value} AS value FROM lares.scope_rows r
         WHERE r.scope = $1 AND r.table_name = ${escapeLiteral(table.name)} AND NOT r.removed)
       SELECT a.key, b.key AS other_key, a.value FROM put a JOIN put b ON b.value = a.value AND b.key <> a.key
       WHERE a.key = coalesce($2, a.key) AND array_position(a.value, NULL) IS NULL LIMIT 1`,
      [scope, only?.key ?? null],
    )
    const [row] = rows
    if (row) {
      const what = `${name} ${row.value.join(', ')}`
      return { ...row, site_id: '', site: '', table: table.name, scope, other_scope: scope, what }
    }
  }
  return undefined
}

/** The key and each unique key of every table whose rows central may manage, as SQL over a row of a scope and an own one. */
function keys(of?: string): { table: CentralTable; name: string; isKey: boolean; value: string; own: string }[] {
  return centralTables()
    .filter(({ kind, name }) => kind === 'down' && (of === undefined || of === name))
    .flatMap((table) => {
      const folded = new Set(table.columns.filter(({ caseless }) => caseless).map(({ name }) => name))
      const list = (columns: string[], text: (column: string) => string) =>
        `ARRAY[${columns.map((column) => (folded.has(column) ? `lower(${text(column)})` : text(column))).join(', ')}]`
      const unique = table.uniques.map(({ columns }) => ({
        ...{ table, isKey: false, name: columns.map((column) => `${table.name}.${column}`).join(', ') },
        value: list(columns, (column) => `r.row ->> ${escapeLiteral(column)}`),
        own: list(columns, (column) => `t.${escapeIdentifier(column)}::text`),
      }))
      const own = `ARRAY[t.${escapeIdentifier(table.key)}]`
      return [{ table, isKey: true, name: `${table.name}.${table.key}`, value: 'ARRAY[r.row_key]', own }, ...unique]
    })
}

/** The persona that every house has at first gives way by itself. */
function notSeeded({ name }: CentralTable): string {
  if (name === 'personas') return `t.id <> '${COMPANION}'`
  return name === 'persona_versions' ? `t.persona_id <> '${COMPANION}'` : 'true'
}
