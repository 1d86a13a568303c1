import type { Database } from '../../shared/sqlite/open.ts'
import type { TableDeclaration } from './synced-table.ts'

/**
 * Triggers that keep rows as they were written, whoever opens the database: no code path can forget them. Raised as
 * SQLITE_CONSTRAINT_TRIGGER with the words below.
 */
export function keepTriggers({ name, unchangeable }: TableDeclaration): { name: string; sql: string }[] {
  if (unchangeable === null) return []
  const { rows, columns, mayGo, words } = unchangeable
  const changed = columns?.map((column) => `OLD."${column}" IS NOT NEW."${column}"`).join(' OR ')
  const refuse = `BEGIN SELECT RAISE(ABORT, '${words}'); END`
  const trigger = (suffix: string, event: string, conditions: string[]) => {
    const when = conditions.length === 0 ? '' : ` WHEN ${conditions.map((one) => `(${one})`).join(' AND ')}`
    return {
      name: `keep_${name}_${suffix}`,
      sql: `CREATE TRIGGER keep_${name}_${suffix} BEFORE ${event} ON "${name}"${when} ${refuse}`,
    }
  }
  // Nor may a row become one of them later.
  const touched = rows === undefined ? [] : [`OLD.${rows} OR NEW.${rows}`]
  const stay = [...(rows === undefined ? [] : [`OLD.${rows}`]), ...(mayGo === undefined ? [] : [`NOT (OLD.${mayGo})`])]
  return [
    trigger('update', 'UPDATE', [...touched, ...(changed === undefined ? [] : [changed])]),
    trigger('delete', 'DELETE', stay),
  ]
}

/**
 * Runs what may touch rows that are kept as they were written: an erasure puts a pseudonym into them. Call inside a transaction:
 * without its end the triggers were never away.
 */
export function whileUnkept(db: Database, declaration: TableDeclaration, run: () => void): void {
  if (!db.inTransaction) throw new Error(`rows of ${declaration.name} are kept: only a transaction may touch them`)
  const triggers = keepTriggers(declaration)
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`)
  run()
  for (const { sql } of triggers) db.exec(sql)
}
