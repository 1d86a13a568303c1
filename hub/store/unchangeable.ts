import type { TableDeclaration } from './synced-table.ts'

/**
 * Triggers that keep rows as they were written, whoever opens the database: no code path can forget them. Raised as
 * SQLITE_CONSTRAINT_TRIGGER with the words below.
 */
export function keepTriggers({ name, unchangeable }: TableDeclaration): { name: string; sql: string }[] {
  if (unchangeable === null) return []
  const { rows, columns, mayGo, words } = unchangeable
  const where = (row: 'OLD' | 'NEW') => (rows === undefined ? [] : [`${row}.${rows}`])
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
  return [
    trigger('update', 'UPDATE', [...touched, ...(changed === undefined ? [] : [changed])]),
    ...(mayGo ? [] : [trigger('delete', 'DELETE', where('OLD'))]),
  ]
}
