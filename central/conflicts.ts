import { shellWord } from '../shared/shell-word.ts'
import { asOwner, type Queryable } from './connect.ts'
import { type Clash, clashes } from './unique-keys.ts'

/** A row of central's that a house did not take, or will not take when it asks next. */
export interface Conflict {
  site: string
  scope: string
  table: string
  key: string
  state: 'refused' | 'expected'
  reason: string
  /** What settles it, one way or the other. */
  settle: string[]
}

/** What houses said they refused, and what they are going to, by house, scope, table and key. */
export async function listConflicts(db: Queryable): Promise<Conflict[]> {
  return asOwner(db, async () => {
    const { rows: refused } = await db.query<Omit<Conflict, 'state' | 'settle'> & { site_id: string }>(
      `SELECT s.site_id, s.name AS site, t.scope, f ->> 'table' AS "table", f ->> 'key' AS key, f ->> 'reason' AS reason
       FROM lares.scope_states t JOIN lares.sites s USING (site_id) JOIN lares.scope_sites g USING (site_id, scope)
         CROSS JOIN LATERAL jsonb_array_elements(t.refused) f
       WHERE s.removed_at IS NULL AND jsonb_typeof(t.refused) = 'array' AND EXISTS (SELECT FROM lares.scope_rows r
         WHERE r.scope = t.scope AND r.table_name = f ->> 'table' AND r.row_key = f ->> 'key' AND NOT r.removed)`,
    )
    const found = await clashes(db)
    const said = refused.map(({ site_id, ...row }): Conflict => {
      const clash = found.find((one) => one.site_id === site_id && isSide(one, row))
      return { ...row, state: 'refused', settle: clash ? settleClash(clash) : settleRow(row) }
    })
    const expected = found
      .filter((clash) => !refused.some((row) => row.site_id === clash.site_id && isSide(clash, row)))
      .map((clash): Conflict => {
        const { site, scope, table, key, other_key, other_scope, what } = clash
        const whose = other_scope === null ? 'a row of its own' : `of the scope ${other_scope}`
        const reason = `${what} is that of ${other_key}, ${whose}`
        return { site, scope, table, key, state: 'expected', reason, settle: settleClash(clash) }
      })
    const order = ({ site, scope, table, key }: Conflict) => [site, scope, table, key].join('\n')
    return [...said, ...expected].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  })
}

/** The same as sentences: what is in the way of what, and below it the commands. */
export function conflictWords(conflicts: Conflict[]): string {
  if (conflicts.length === 0) return 'every house has taken every row\n'
  return conflicts
    .map(({ site, scope, table, key, state, reason, settle }) => {
      const said = state === 'refused' ? 'refused' : 'is going to refuse'
      // Names and reasons come from people and may not move the cursor of a terminal.
      const first = `${site} ${said} ${key} of ${table} from ${scope}: ${reason}`.replace(/\p{C}/gu, '?')
      return [first, ...settle.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('')
    })
    .join('\n')
}

function isSide(clash: Clash, { scope, table, key }: Pick<Conflict, 'scope' | 'table' | 'key'>): boolean {
  if (clash.table !== table) return false
  return (clash.scope === scope && clash.key === key) || (clash.other_scope === scope && clash.other_key === key)
}

function settleClash({ site, scope, table, key, other_key, other_scope }: Clash): string[] {
  const out = (from: string, row: string) => `lares central remove ${shellWord(from)} ${table} ${shellWord(row)}`
  if (other_scope !== null)
    return [`${key} of ${scope} keeps it:  ${out(other_scope, other_key)}`, `the other one does:  ${out(scope, key)}`]
  return [
    `the house's own keeps it:  ${out(scope, key)}    (from every house of that scope; or put it with another one)`,
    `central's keeps it, on the hub of ${site}:  lares sync yield ${table} ${shellWord(key)}`,
  ]
}

function settleRow({ scope, table, key }: Pick<Conflict, 'scope' | 'table' | 'key'>): string[] {
  return [
    `mend it:  lares central put ${shellWord(scope)} ${table} FILE`,
    `take it out:  lares central remove ${shellWord(scope)} ${table} ${shellWord(key)}`,
  ]
}
