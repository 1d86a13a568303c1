import type { Database } from '../../../shared/sqlite/open.ts'
import { GIVEN_KEYS, newestKey } from '../../store/append-keys.ts'
import { type GivenKeys, givenBetween, givenKeyReader } from '../../store/passed-keys.ts'

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

/** The first row behind a key, if there is one. */
export function firstAfter(db: Database, { table, storedAt }: FollowedTable, key: number): StoredRow | null {
  const first = db.prepare(`SELECT id, ${storedAt} AS at FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`)
  return (first.get(key) as StoredRow | undefined) ?? null
}

/** How many rows there are from a key on, at most: what is gone among them counts. */
export function rowsFrom(db: Database, { table }: FollowedTable, key: number): number {
  return givenBetween(db, table, { after: key - 1, upto: newestKey(db, table) })?.rows ?? 0
}

/** Rows that are looked at for what is gone between them. They took 1.7 s on a busy machine; what is missing is nearly always old. */
const LOOKED_AT = 1_000_000

/**
 * What is gone behind a key, also between rows that stay: the audit does, whatever goes around it. `null`: nothing. Behind the
 * first million rows that are there nothing is looked for: a large table must not keep the house from starting.
 */
export function goneAfter(
  db: Database,
  { table }: FollowedTable,
  { key, looks = LOOKED_AT }: { key: number; looks?: number },
): GivenKeys | null {
  const givenOf = givenKeyReader(db, table)
  const ids = db.prepare(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`).pluck()
  const gone = { first: 0, last: 0, rows: 0 }
  let upto = key
  let looked = 0
  function next(id: number): void {
    const given = id > upto + 1 ? givenOf({ after: upto, upto: id - 1 }) : null
    if (given) {
      if (gone.rows === 0) gone.first = given.first
      gone.last = given.last
      gone.rows += given.rows
    }
    upto = id
  }
  // A window function of SQLite took seven times as long.
  for (const id of ids.iterate(key, looks) as Iterable<number>) {
    next(id)
    looked += 1
  }
  if (looked < looks) next(newestKey(db, table) + 1)
  return gone.rows === 0 ? null : gone
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
  if (!/autoincrement/i.test(sql) && !GIVEN_KEYS.has(table))
    throw new Error(`the keys of ${table} are not the order of its rows`)
  db.prepare(`SELECT ${storedAt} FROM ${table} LIMIT 0`)
}
