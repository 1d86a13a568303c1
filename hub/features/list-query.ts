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
