import type { Queryable } from '../../../central/connect.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

/** A table whose rows travel, as central lists it. */
export interface SyncedTable {
  name: string
  kind: 'append' | 'append_marks' | 'mutable' | 'down'
}

/** Number of rows by table. */
export type Tally = ReadonlyMap<string, number>

export async function syncedTables(central: Queryable): Promise<SyncedTable[]> {
  return (await central.query<SyncedTable>('SELECT name, kind FROM lares.tables ORDER BY name')).rows
}

/** The rows of a house that central should have: all but those that came from there. */
export function tallyHouse(db: Database, tables: readonly SyncedTable[]): Tally {
  const count = ({ name, kind }: SyncedTable) =>
    db
      .prepare(`SELECT count(*) FROM "${name}"${kind === 'down' ? " WHERE managed_by = 'site'" : ''}`)
      .pluck()
      .get()
  return db.transaction(() => new Map(tables.map((table) => [table.name, count(table) as number])))()
}

/** The rows that central has, by site, in one statement and so of one moment. Rows that a house deleted do not count. */
export async function tallyCentral(central: Queryable, tables: readonly SyncedTable[]): Promise<Map<string, Tally>> {
  const parts = tables.map(({ name, kind }) => {
    const present = kind === 'mutable' || kind === 'down' ? ' WHERE deleted_at IS NULL' : ''
    return `SELECT '${name}' AS name, site_id, count(*)::integer AS rows FROM lares."${name}"${present} GROUP BY site_id`
  })
  const { rows } = await central.query<{ site: string; name: string | null; rows: number }>(
    `SELECT s.name AS site, t.name, t.rows FROM lares.sites s LEFT JOIN (${parts.join(' UNION ALL ')}) t USING (site_id)`,
  )
  const tallies = new Map<string, Map<string, number>>()
  for (const { site, name, rows: count } of rows) {
    const tally = tallies.get(site) ?? new Map<string, number>()
    if (name !== null) tally.set(name, count)
    tallies.set(site, tally)
  }
  return tallies
}

/** Tables of which central has another number of rows than the house, in words. */
export function differences(here: Tally, there: Tally): string[] {
  return [...here]
    .filter(([name, rows]) => (there.get(name) ?? 0) !== rows)
    .map(([name, rows]) => `${name}: ${rows} here, ${there.get(name) ?? 0} at central`)
}

export function same(one: Tally, other: Tally): boolean {
  return [...one].every(([name, rows]) => other.get(name) === rows)
}
