import type { WrittenByCause } from '../../engine/write-book.ts'
import { sum, type WrittenDay } from './written-days.ts'

const DAY_MS = 86_400_000
/** A pace is of the last so many days. */
export const PACE_DAYS = 7
/** Less than this says nothing about a day. */
const LEAST_MS = 600_000

/** What a day writes at present. */
export interface Pace {
  /** Full days that it is the average of; 0: a day was not over yet, and it is what was counted so far, made a day of. */
  days: number
  /** Fractions where it is an average. */
  aDay: WrittenByCause
}

/**
 * The average of the last full days before `today`, at most seven. A day that the hub was off counts with nothing: the card had
 * rest. The day of the first count is no full one. `null`: it counts since a few minutes only.
 */
export function paceOf(days: readonly WrittenDay[], today: number): Pace | null {
  const first = Math.min(...days.map(({ id }) => id))
  if (!Number.isFinite(first)) return null
  const full = Math.min(PACE_DAYS, today - 1 - first)
  if (full > 0) {
    const counted = days.filter(({ id }) => id < today && id >= today - full)
    return { days: full, aDay: scaled(counted.map(({ written }) => written).reduce(sum, {}), 1 / full) }
  }
  const ms = days.reduce((all, { began_at, written_at }) => all + written_at - began_at, 0)
  if (ms < LEAST_MS) return null
  return { days: 0, aDay: scaled(days.map(({ written }) => written).reduce(sum, {}), DAY_MS / ms) }
}

function scaled(written: WrittenByCause, by: number): WrittenByCause {
  return Object.fromEntries(
    Object.entries(written).map(([cause, { commits, bytes }]) => [cause, { commits: commits * by, bytes: bytes * by }]),
  )
}
