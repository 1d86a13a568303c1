import type { Database } from '../../shared/sqlite/open.ts'

/** Which keys of a table a stream to central has, and how many of them it has sent: see `StreamPosition`. */
export interface StreamKeys {
  table: string
  epoch: number
  first: number
  upto: number | null
  position: number
}

/** A range of keys, first exclusive, last inclusive. */
export interface KeyRange {
  epoch: number
  first: number
  last: number
}

/** The keys of an append-only table that central has acknowledged, as ranges that do not overlap, ascending. */
export function acknowledgedRanges(streams: readonly StreamKeys[], table: string): KeyRange[] {
  const own = streams.filter((stream) => stream.table === table)
  let ranges: KeyRange[] = []
  // What was split off lies inside the range of its live stream, and a later epoch takes keys away from an earlier one.
  const byAge = [...own].sort((a, b) => a.epoch - b.epoch || (a.upto === null ? 0 : 1) - (b.upto === null ? 0 : 1))
  for (const { epoch, first, position, upto } of byAge) {
    ranges = ranges.flatMap((range) => without(range, first, upto ?? position))
    if (position > first) ranges.push({ epoch, first, last: position })
  }
  return ranges.sort((a, b) => a.first - b.first)
}

function without(range: KeyRange, first: number, last: number): KeyRange[] {
  if (last <= range.first || first >= range.last) return [range]
  return [
    ...(first > range.first ? [{ ...range, last: first }] : []),
    ...(last < range.last ? [{ ...range, first: last }] : []),
  ]
}

/** The same of a database that may be from before it had streams; then there are none. */
export function readAcknowledged(db: Database, table: string): KeyRange[] {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sync_streams'").get() === undefined)
    return []
  const streams = db
    .prepare('SELECT table_name AS "table", epoch, first, upto, position FROM sync_streams WHERE table_name = ?')
    .all(table) as StreamKeys[]
  return acknowledgedRanges(streams, table)
}
