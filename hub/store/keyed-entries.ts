import { type Database, isUnreadable } from '../../shared/sqlite/open.ts'

export interface KeyedStep {
  /** The key behind which the next step goes on; `null`: the table is at its end. */
  next: number[] | null
  /** Behind this key nothing could be read, or keys are not in their order; `null`: all is well. */
  damagedBehind: number[] | null
}

/** The columns of a table's key where it has no rowids, all of them integers; `null`: it has rowids. */
export function keyOfEntries(db: Database, table: string): string[] | null {
  const withoutRowid = db.prepare('SELECT wr FROM pragma_table_list(?)').pluck().get(table)
  if (withoutRowid !== 1) return null
  return db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck().all(table) as string[]
}

/** Reads at most `limit` entries behind a key. Throws what is neither damage nor the disk's. */
export function readEntries(
  db: Database,
  { table, key, after, limit }: { table: string; key: string[]; after: number[]; limit: number },
): KeyedStep {
  const columns = key.join(', ')
  const entries = db
    .prepare(
      `SELECT ${columns} FROM "${table}" WHERE (${columns}) > (${key.map(() => '?').join(', ')}) ORDER BY ${columns} LIMIT ?`,
    )
    .raw()
  let last = after
  let rows = 0
  try {
    for (const entry of entries.iterate(...after, limit) as Iterable<number[]>) {
      if (compare(entry, last) <= 0) return { next: null, damagedBehind: last }
      last = entry
      rows += 1
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return { next: null, damagedBehind: last }
  }
  return { next: rows < limit ? null : last, damagedBehind: null }
}

function compare(one: number[], other: number[]): number {
  const differs = one.findIndex((part, index) => part !== other[index])
  return differs === -1 ? 0 : Number(one[differs]) - Number(other[differs])
}
