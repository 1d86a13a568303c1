import type { Database } from '../../shared/sqlite/open.ts'
import { declarations } from './declarations.ts'

interface ForeignKey {
  table: string
  from: string[]
  to: (string | null)[]
  onDelete: string
}

/**
 * Removes rows whose parent is not there, as its deletion would have: where the foreign key says so they only forget it. For a
 * database without triggers, whose parents were lost. Returns how many were removed, by table.
 */
export function removeOrphans(db: Database, tables: readonly string[]): Record<string, number> {
  const removed: Record<string, number> = {}
  // Whatever goes may have been somebody's parent.
  for (let changed = true; changed; ) {
    changed = false
    for (const table of tables)
      for (const key of [...foreignKeys(db, table), ...keysOfTriggers(table)]) {
        const rows = db.prepare(orphanStatement(table, key)).run().changes
        changed ||= rows > 0
        if (rows > 0 && key.onDelete !== 'SET NULL') removed[table] = (removed[table] ?? 0) + rows
      }
  }
  return removed
}

function orphanStatement(table: string, { table: parent, from, to, onDelete }: ForeignKey): string {
  const isSet = from.map((column) => `"${column}" IS NOT NULL`).join(' AND ')
  const fits = from.map((column, index) => `p."${to[index]}" = "${table}"."${column}"`).join(' AND ')
  const where = `WHERE ${isSet} AND NOT EXISTS (SELECT 1 FROM "${parent}" p WHERE ${fits})`
  if (onDelete !== 'SET NULL') return `DELETE FROM "${table}" ${where}`
  return `UPDATE "${table}" SET ${from.map((column) => `"${column}" = NULL`).join(', ')} ${where}`
}

/** Where a trigger does what a foreign key would. */
function keysOfTriggers(table: string): ForeignKey[] {
  return declarations()
    .filter(({ name }) => name === table)
    .flatMap(({ named }) => [...named])
    .filter(([, { through }]) => through !== undefined)
    .map(([column, { table: parent }]) => ({ table: parent, from: [column], to: ['id'], onDelete: 'CASCADE' }))
}

function foreignKeys(db: Database, table: string): ForeignKey[] {
  const rows = db.prepare('SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq').all(table) as {
    id: number
    table: string
    from: string
    to: string | null
    on_delete: string
  }[]
  const keys = new Map<number, ForeignKey>()
  for (const { id, table: parent, from, to, on_delete } of rows) {
    const key = keys.get(id) ?? { table: parent, from: [], to: [], onDelete: on_delete }
    key.from.push(from)
    key.to.push(to)
    keys.set(id, key)
  }
  return [...keys.values()]
}
