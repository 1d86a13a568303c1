import type { StreamPosition } from '../engine/sync-step.ts'

/** Segments that are kept of a stream's history. Who has been away for longer is compared by its rows. */
const SEGMENTS = 64

/** One lease moved a stream from here on, until the next segment begins. */
interface Segment {
  name: string
  start: number
  end: number
}

/**
 * The history of a stream that is about to move from its position under a lease: `<number>.<token>@<position> …`, oldest
 * first. Moves under one lease are made by one process, so two sides that have a segment in common have the same rows
 * up to where the shorter of the two ends, whether or not the rows themselves are still there to be compared.
 */
export function movedUnder(
  { history, position }: Pick<StreamPosition, 'history' | 'position'>,
  { token, leases }: { token: string; leases: number },
): string {
  const name = `${leases}.${token.slice(0, 12)}`
  const segments = history === '' ? [] : history.split(' ')
  if (segments.at(-1)?.startsWith(`${name}@`)) return history
  return [...segments, `${name}@${position}`].slice(-SEGMENTS).join(' ')
}

/**
 * Up to which key the rows of a stream are the same at both sides; `null` when their histories do not tell, because they are
 * older than what is kept of them.
 */
export function commonUpto(own: StreamPosition, cursor: StreamPosition): number | null {
  if (own.position === own.first || cursor.position === cursor.first) return own.first
  const mine = segmentsOf(own)
  const theirs = segmentsOf(cursor)
  for (const segment of mine.reverse()) {
    const same = theirs.find(({ name, start }) => name === segment.name && start === segment.start)
    if (same) return Math.min(segment.end, same.end)
  }
  const whole = mine.at(-1)?.start === own.first && theirs[0]?.start === cursor.first
  return whole ? own.first : null
}

function segmentsOf({ history, position }: StreamPosition): Segment[] {
  const parts = history === '' ? [] : history.split(' ')
  const starts = parts.map((part) => Number(part.slice(part.indexOf('@') + 1)))
  return parts.map((part, index) => ({
    name: part.slice(0, part.indexOf('@')),
    start: starts[index] ?? 0,
    end: starts[index + 1] ?? position,
  }))
}
