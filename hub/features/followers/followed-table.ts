import type { Database } from '../../../shared/sqlite/open.ts'

/** A table whose keys are the order in which its rows were stored. */
export interface FollowedTable {
  table: string
  /** Its column with the time of storing. */
  storedAt: string
}

export interface StoredRow {
  id: number
  /** House time of its storing. */
  at: number
}

/** The highest key that the table ever gave, whether its row is still there or not. */
export function newestKey(db: Database, table: string): number {
  return Number(db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table) ?? 0)
}

/** The first row behind a key, if there is one. */
export function firstAfter(db: Database, { table, storedAt }: FollowedTable, key: number): StoredRow | null {
  const first = db.prepare(`SELECT id, ${storedAt} AS at FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`)
  return (first.get(key) as StoredRow | undefined) ?? null
}

/** Keys behind this one that were given and whose rows are gone before the first that is still there. */
export function goneAfter(db: Database, of: FollowedTable, key: number): number {
  const first = firstAfter(db, of, key)
  return Math.max(0, (first === null ? newestKey(db, of.table) : first.id - 1) - key)
}

/**
 * The highest key behind `key` whose row was stored before a moment, or `key`. Found by halving, because there is no index over
 * the time of storing: where a clock was set back between two rows, it may be off by what came meanwhile.
 */
export function lastBefore(db: Database, of: FollowedTable, { key, before }: { key: number; before: number }): number {
  let low = key
  let high = newestKey(db, of.table)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const row = firstAfter(db, of, middle - 1)
    if (row === null || row.id > high || row.at >= before) high = middle - 1
    else low = row.id
  }
  return low
}

/** Throws for a table that cannot be followed: it is a fault of ours. */
export function checkFollowed(db: Database, { table, storedAt }: FollowedTable): void {
  const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?").pluck().get(table)
  if (typeof sql !== 'string') throw new Error(`there is no table ${table} to follow`)
  if (!/autoincrement/i.test(sql)) throw new Error(`the keys of ${table} are not the order of its rows`)
  db.prepare(`SELECT ${storedAt} FROM ${table} LIMIT 0`)
}
