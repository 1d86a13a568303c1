import type { Database } from '../../shared/sqlite/open.ts'

/** Keys whose rows this house lost and asks central for. */
export interface RowsToFetch {
  /** Of the row of `lost_rows`. */
  id: number
  table: string
  /** Everything up to here was asked for. */
  position: number
  /** The last of them. */
  upto: number
}

/** A value of a row as SQLite keeps it; `undefined`: central says nothing of the column, and it has what it has by itself. */
export type FetchedValue = string | number | Uint8Array | null | undefined

/** What central has of lost keys, from their position on. */
export interface FetchedPage {
  id: number
  /** The position that was asked from: a page that comes twice counts once. */
  from: number
  /** Behind `from` and up to here this is all that central has. */
  upto: number
  columns: string[]
  /** Those of them that still fit into this house. */
  rows: FetchedValue[][]
  /** How many central has. */
  found: number
}

/** What became of the rows that were asked for, all of them together. */
export interface LostTally {
  /** Keys that are still to be asked for. */
  waiting: number
  cameBack: number
  absent: number
  leftOut: number
}

/**
 * What central is to be asked for next; `null`: nothing. Events wait while central may still have what somebody erased here: it
 * would come back with them.
 */
export function nextToFetch(db: Database): RowsToFetch | null {
  const next = db
    .prepare(
      'SELECT id, table_name AS "table", position, upto FROM lost_rows WHERE position < upto ' +
        `AND (table_name <> 'events' OR NOT ${ERASING}) ORDER BY id LIMIT 1`,
    )
    .get() as RowsToFetch | undefined
  return next ?? null
}

/** Whether somebody is erased here and perhaps not yet at central. */
export function isErasing(db: Database): boolean {
  return db.prepare(`SELECT ${ERASING}`).pluck().get() === 1
}

const ERASING = "EXISTS (SELECT 1 FROM erasures WHERE state <> 'done' AND erased_at_central IS NULL)"

/** `null`: the house has lost nothing that it asks for. */
export function readLostTally(db: Database): LostTally | null {
  const { ranges, ...tally } = db
    .prepare(
      'SELECT count(*) AS ranges, coalesce(sum(upto - position), 0) AS waiting, coalesce(sum(came_back), 0) AS cameBack, ' +
        'coalesce(sum(absent), 0) AS absent, coalesce(sum(left_out), 0) AS leftOut FROM lost_rows',
    )
    .get() as LostTally & { ranges: number }
  return ranges === 0 ? null : tally
}
