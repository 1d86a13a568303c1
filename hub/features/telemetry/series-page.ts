import { z } from 'zod'

/** Where a row stands in the order of a page: its time, and what tells rows of one time apart. */
interface Place {
  time: number
  id: number
}

/** The place of the last row that was given, as callers hand it back. */
export const placeText = z.string().regex(/^-?\d{1,16}\.\d{1,16}$/, 'is not the next of an answer')

/** Before everything when there is none. */
export function placeOf(text: string | undefined): Place {
  const [time = Number.MIN_SAFE_INTEGER, id = -1] = (text?.split('.') ?? []).map(Number)
  return { time, id }
}

/**
 * Cuts rows of several series, each list in its order and read with one row more than wanted, to the first `limit` of all.
 * `next` is the place to go on after; absent when nothing was cut.
 */
export function firstOfAll<T extends Place>(lists: T[][], limit: number): { lists: T[][]; next?: string } {
  const [only] = lists
  // Nearly always a sensor has one series, and its rows are in their order.
  if (only && lists.length === 1) return firstOfOne(only, limit)
  const inOrder = lists.flat().sort((a, b) => a.time - b.time || a.id - b.id)
  const last = inOrder[limit - 1]
  if (last === undefined || inOrder.length === limit) return { lists }
  const kept = lists.map((rows) =>
    rows.filter(({ time, id }) => time < last.time || (time === last.time && id <= last.id)),
  )
  return { lists: kept, next: `${last.time}.${last.id}` }
}

function firstOfOne<T extends Place>(rows: T[], limit: number): { lists: T[][]; next?: string } {
  const last = rows[limit - 1]
  if (last === undefined || rows.length === limit) return { lists: [rows] }
  return { lists: [rows.slice(0, limit)], next: `${last.time}.${last.id}` }
}
