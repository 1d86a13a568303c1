import type { Caller } from '../engine/command.ts'

/**
 * A condition that keeps a query inside the houses its caller may see, and its values.
 * Rows without a house are for those who see all.
 */
export function visibleHouses(caller: Caller, column: string): { sql: string; values: string[] } {
  if (caller.houses === null) return { sql: '1', values: [] }
  if (caller.houses.length === 0) return { sql: '0', values: [] }
  return { sql: `${column} IN (${caller.houses.map(() => '?').join(', ')})`, values: caller.houses }
}

/** Where a list goes on: the key of the last row that was given. */
export interface Page<T> {
  rows: T[]
  /** Hand it in as `after` to get the next page; absent on the last one. */
  next?: number | string
}

/** Cuts a list that was read with one row more than wanted. */
export function page<T>(rows: T[], limit: number, key: (row: T) => number | string): Page<T> {
  if (rows.length <= limit) return { rows }
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return last === undefined ? { rows: kept } : { rows: kept, next: key(last) }
}
