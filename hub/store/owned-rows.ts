import type { TableDeclaration } from './synced-table.ts'

/**
 * Triggers that delete what a row referred to and nothing refers to any more, with the row or when it refers to something else:
 * no code path can leave it behind.
 */
export function ownedTriggers({ name, owns }: TableDeclaration): { name: string; sql: string }[] {
  return [...owns].flatMap(([column, { name: target, key }]) => {
    const old = `OLD."${column}"`
    const trigger = (suffix: string, event: string, condition: string) => ({
      name: `owned_${name}_${column}_${suffix}`,
      sql:
        `CREATE TRIGGER owned_${name}_${column}_${suffix} AFTER ${event} ON "${name}" WHEN ${condition} ` +
        `BEGIN DELETE FROM "${target}" WHERE "${key}" = ${old} ` +
        `AND NOT EXISTS (SELECT 1 FROM "${name}" WHERE "${column}" = ${old}); END`,
    })
    return [
      trigger('update', `UPDATE OF "${column}"`, `${old} IS NOT NULL AND ${old} IS NOT NEW."${column}"`),
      trigger('delete', 'DELETE', `${old} IS NOT NULL`),
    ]
  })
}
