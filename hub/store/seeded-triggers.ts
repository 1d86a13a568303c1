import { capturedColumns, type TableDeclaration } from './synced-table.ts'

/**
 * Rows that a hub puts into its own tables at its first start, by way of a beginning, are marked in `seeded_rows`. Whoever changes
 * such a row makes it the house's own: triggers take the mark away, so that no code path can forget it.
 */
export function seededTriggers(declaration: TableDeclaration): { name: string; sql: string }[] {
  const { name, kind, key } = declaration
  if (kind !== 'down') return []
  const columns = capturedColumns(declaration)
    .map((column) => `"${column}"`)
    .join(', ')
  const trigger = (suffix: string, event: string) => ({
    name: `seeded_${name}_${suffix}`,
    sql:
      `CREATE TRIGGER seeded_${name}_${suffix} AFTER ${event} ON "${name}" ` +
      `BEGIN DELETE FROM seeded_rows WHERE table_name = '${name}' AND row_key = OLD."${key}"; END`,
  })
  return [trigger('update', `UPDATE OF ${columns}`), trigger('delete', 'DELETE')]
}
