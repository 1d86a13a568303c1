import type { AuthorizedCaller } from '../engine/caller.ts'

/**
 * A condition that keeps a query inside the houses that it may concern, and its values.
 * Rows without a house are for those who see all.
 */
export function visibleHouses(
  caller: Pick<AuthorizedCaller, 'houses'>,
  column: string,
): { sql: string; values: string[] } {
  if (caller.houses === null) return { sql: '1', values: [] }
  if (caller.houses.length === 0) return { sql: '0', values: [] }
  return { sql: `${column} IN (${caller.houses.map(() => '?').join(', ')})`, values: caller.houses }
}
