import type { Database } from '../../shared/sqlite/open.ts'
import { type KeyRange, readAcknowledged } from './acknowledged-keys.ts'
import type { LostRange } from './salvage-progress.ts'

/** Tables whose rows central keeps under the keys of this house, and of which a house that lost some asks for them. */
export const FETCHED_BACK = ['readings', 'reading_rollups', 'events'] as const

/** Keys of one table, `after` exclusive, `upto` inclusive. */
export interface LostKeys {
  table: string
  after: number
  upto: number
}

/** The lost keys among which central may have rows: none where it is known to have nothing. */
export function fetchableKeys(db: Database, lost: readonly LostRange[]): LostKeys[] {
  return FETCHED_BACK.flatMap((table) => {
    const there = readAcknowledged(db, table)
    const last = Math.max(0, ...there.map((range) => range.last))
    return lost
      .filter((range) => range.table === table)
      .map(({ after, before }) => ({ table, after, upto: Math.min(last, before === null ? last : before - 1) }))
      .filter((keys) => keysIn(there, keys) > 0)
  })
}

/** How many rows central may have of those that were lost, at most. */
export function mostAtCentral(db: Database, lost: readonly LostRange[]): number {
  return fetchableKeys(db, lost).reduce((sum, keys) => sum + keysIn(readAcknowledged(db, keys.table), keys), 0)
}

function keysIn(ranges: readonly KeyRange[], { after, upto }: Pick<LostKeys, 'after' | 'upto'>): number {
  return ranges.reduce((sum, { first, last }) => sum + Math.max(0, Math.min(last, upto) - Math.max(first, after)), 0)
}
