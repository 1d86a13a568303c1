import { LaresError } from '../../shared/errors.ts'
import type { Database } from '../../shared/sqlite/open.ts'

/** The conditions of a list, joined by AND, and their values in order. */
export interface Conditions {
  sql: string
  values: (string | number)[]
  /** Adds a condition with one `?`; without a value there is nothing to ask for. */
  when(condition: string, value: string | number | undefined): Conditions
}

export function conditions(first: { sql: string; values: (string | number)[] } = { sql: '1', values: [] }): Conditions {
  return {
    ...first,
    when(condition, value) {
      if (value === undefined) return this
      return conditions({ sql: `${this.sql} AND ${condition}`, values: [...this.values, value] })
    },
  }
}

/**
 * As `conditions.when`, for a list in the order of several columns: only rows after the one with this key. `order` are the
 * columns it is sorted by, the key last. Throws `not_found` when that row is gone.
 */
export function after(
  db: Database,
  where: Conditions,
  page: { table: string; alias: string; order: string[]; key: string | number | undefined },
): Conditions {
  const { table, alias, order, key } = page
  if (key === undefined) return where
  const last = order.at(-1)
  const row = db
    .prepare(`SELECT ${order.join(', ')} FROM ${table} WHERE ${last} = ?`)
    .raw()
    .get(key) as (string | number)[] | undefined
  if (row === undefined) throw noSuchRow(key)
  const columns = order.map((column) => `${alias}.${column}`)
  const marks = order.map(() => '?')
  return conditions({
    sql: `${where.sql} AND (${columns.join(', ')}) > (${marks.join(', ')})`,
    values: [...where.values, ...row],
  })
}

/** For a list that is to go on after a row that is gone. */
export function noSuchRow(key: string | number): LaresError {
  return new LaresError('not_found', `there is no ${key} for the list to go on after`, {
    hint: 'Ask for the list from its beginning.',
  })
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
