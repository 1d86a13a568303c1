import { cutText } from '../shared/cut-text.ts'
import { LaresError } from '../shared/errors.ts'
import { nearestName } from '../shared/nearest-name.ts'
import { shellWord } from '../shared/shell-word.ts'
import { asOwner, type Queryable } from './connect.ts'
import { checkManagedRow, managedTable } from './managed-row.ts'
import { missingVersion } from './persona-version.ts'
import { siteNamed } from './sites.ts'
import { type Clash, clashesWithOwn, refuseClash } from './unique-keys.ts'

/** As many characters as somebody reads through. */
const WORDS_OF_KEYS = 400

export interface ScopeSummary {
  scope: string
  /** Number of its newest change. */
  counter: number
  rows: number
  /** Names of the sites it is granted to. */
  sites: string[]
  /** Sites that have not applied its newest change. */
  behind: string[]
  /** Sites that refused a row of it. */
  refused: string[]
}

/**
 * Puts one row into a scope and returns the number of the change, and what houses have of their own in its way. Throws
 * `bad_params`, `not_found` for no such scope, and `already_exists` where a house would get its unique key twice.
 */
export async function putRow(
  db: Queryable,
  { scope, table, row }: { scope: string; table: string; row: unknown },
): Promise<{ key: string; seq: number; clashes: Clash[] }> {
  const checked = checkManagedRow(managedTable(table), row)
  const put = async (name: string, key: string, content: unknown) => {
    const { rows } = await db.query<{ seq: number }>('SELECT lares.put_row($1, $2, $3, $4::jsonb)::float8 AS seq', [
      scope,
      name,
      key,
      JSON.stringify(content),
    ])
    return rows[0]?.seq ?? 0
  }
  return asOwner(db, async () => {
    const seq = await put(table, checked.key, checked.row)
    await refuseClash(db, { scope, row: { table, key: checked.key } })
    const version = table === 'personas' ? await missingVersion(db, scope, checked) : null
    if (version !== null) await put('persona_versions', version.id, version)
    const clashes = await clashesWithOwn(db, { scope, row: { table, key: checked.key } })
    return { key: checked.key, seq, clashes }
  })
}

/** Takes a row out of a scope and returns the number of the change. Throws `not_found`. */
export async function removeRow(
  db: Queryable,
  { scope, table, key }: { scope: string; table: string; key: string },
): Promise<{ seq: number }> {
  return asOwner(db, async () => {
    const row = [scope, managedTable(table).name, key]
    const { rows } = await db.query<{ seq: number | null }>('SELECT lares.remove_row($1, $2, $3)::float8 AS seq', row)
    const seq = rows[0]?.seq ?? null
    if (seq === null)
      throw new LaresError('not_found', `the scope ${scope} has no row ${key} of ${table}`, {
        hint: await keysOf(db, { scope, table, near: key }),
      })
    return { seq }
  })
}

/** The rows that a scope has of a table, for one who named another. In a transaction of lares_owner. */
async function keysOf(
  db: Queryable,
  { scope, table, near }: { scope: string; table: string; near: string },
): Promise<string> {
  const { rows } = await db.query<{ key: string }>(
    `SELECT row_key AS key FROM lares.scope_rows WHERE scope = $1 AND table_name = $2 AND NOT removed
     ORDER BY row_key LIMIT 1000`,
    [scope, table],
  )
  const keys = rows.map(({ key }) => key)
  if (keys.length === 0) return `It has none of ${table}; lares central scopes shows which scopes have rows.`
  const nearest = nearestName(near, keys)
  if (nearest !== null) return `Did you mean ${nearest}?`
  return `Its rows of ${table} are ${cutText(keys.join(', '), WORDS_OF_KEYS)}.`
}

export async function listScopes(db: Queryable): Promise<ScopeSummary[]> {
  const { rows } = await asOwner(db, () =>
    db.query<ScopeSummary>(
      `SELECT c.scope, c.counter::float8 AS counter,
        (SELECT count(*)::integer FROM lares.scope_rows r WHERE r.scope = c.scope AND NOT r.removed) AS rows,
        coalesce(json_agg(s.name ORDER BY s.name) FILTER (WHERE s.name IS NOT NULL), '[]') AS sites,
        coalesce(json_agg(s.name ORDER BY s.name)
          FILTER (WHERE s.name IS NOT NULL AND coalesce(t.seq, 0) < c.counter), '[]') AS behind,
        coalesce(json_agg(s.name ORDER BY s.name) FILTER (WHERE jsonb_array_length(t.refused) > 0), '[]') AS refused
       FROM lares.scopes c
       LEFT JOIN lares.scope_sites g ON g.scope = c.scope
       LEFT JOIN lares.sites s ON s.site_id = g.site_id
       LEFT JOIN lares.scope_states t ON t.scope = c.scope AND t.site_id = g.site_id
       GROUP BY c.scope ORDER BY c.scope`,
    ),
  )
  return rows
}

/**
 * Grants a scope to a site; a scope of that name is made when there is none. Returns whether it was made,
 * whether the site did not have it before, and what the house has
 * of its own in the way of its rows. Throws `already_exists` where the house would get a unique key twice from central.
 */
export async function grantScope(
  db: Queryable,
  scope: string,
  siteName: string,
): Promise<{ made: boolean; granted: boolean; clashes: Clash[] }> {
  if (scope.trim() === '' || /\p{C}/u.test(scope))
    throw new LaresError('bad_params', `a scope cannot be named ${JSON.stringify(scope)}`, {
      hint: 'Use printable characters.',
    })
  const { site_id, removed_at } = await siteNamed(db, siteName)
  if (removed_at !== null)
    throw new LaresError('not_found', `the site ${siteName} was removed and gets no rows`, {
      hint: `Add it anew, also with the same name: lares central add-site ${shellWord(siteName)}.`,
    })
  return asOwner(db, async () => {
    const made = await db.query('INSERT INTO lares.scopes (scope) VALUES ($1) ON CONFLICT DO NOTHING', [scope])
    const granted = await db.query(
      'INSERT INTO lares.scope_sites (scope, site_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [scope, site_id],
    )
    await refuseClash(db, { scope })
    const own = await clashesWithOwn(db, { scope })
    return {
      made: made.rowCount === 1,
      granted: granted.rowCount === 1,
      clashes: own.filter((clash) => clash.site_id === site_id),
    }
  })
}

/** Takes a scope away from a site: its hub removes the rows when it asks next. Throws `not_found`. */
export async function revokeScope(db: Queryable, scope: string, siteName: string): Promise<void> {
  const { site_id } = await siteNamed(db, siteName)
  await asOwner(db, async () => {
    const { rowCount } = await db.query('DELETE FROM lares.scope_sites WHERE scope = $1 AND site_id = $2', [
      scope,
      site_id,
    ])
    if (rowCount === 0)
      throw new LaresError('not_found', `the site ${siteName} was not granted the scope ${scope}`, {
        hint: 'See lares central scopes.',
      })
  })
}
