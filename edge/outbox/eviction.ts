import { OUTBOX } from '../../shared/limits.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import type { Amount, OutboxRows } from './rows.ts'
import { LANES } from './rows.ts'

export interface OutboxLimits {
  bytes: number
  rows: number
  /** Counted in the agent's running time: a wrong wall clock can neither expire a row nor keep it. */
  ageMs: number
}

export const OUTBOX_LIMITS: OutboxLimits = OUTBOX

/** What nobody waits for goes first: rows set aside, then backlog, then live, then urgent; the oldest of each first. */
const LEAST_URGENT_FIRST = ['parked', ...[...LANES].reverse()] as const

const CHUNK = 64

/** Gives up the oldest rows until this many bytes went, of nothing that is more urgent than the lane. Inside a transaction. */
export function evictOldest(rows: OutboxRows, { bytes, lane }: { bytes: number; lane: Lane }): Amount {
  const gone: Amount = { rows: 0, bytes: 0 }
  for (const one of LEAST_URGENT_FIRST.slice(0, LEAST_URGENT_FIRST.indexOf(lane) + 1)) {
    while (gone.bytes < bytes) {
      const candidates = rows.oldest(one, CHUNK)
      for (const { id } of candidates) {
        const { rows: count, bytes: size } = rows.deleteRow(id)
        gone.rows += count
        gone.bytes += size
      }
      if (candidates.length < CHUNK) break
    }
  }
  return gone
}

/**
 * Gives up rows until the outbox keeps its limits, and says how many that were. To be called inside the transaction
 * that writes, so that the file never holds more than its limits.
 */
export function evictBeyondLimits(
  rows: OutboxRows,
  now: { total: Amount; runningMs: number },
  limits: OutboxLimits,
): Amount {
  const gone: Amount = { rows: 0, bytes: 0 }
  const drop = (id: number) => {
    const one = rows.deleteRow(id)
    gone.rows += one.rows
    gone.bytes += one.bytes
  }
  const tooMuch = () => now.total.rows - gone.rows > limits.rows || now.total.bytes - gone.bytes > limits.bytes
  for (const lane of LEAST_URGENT_FIRST) {
    for (;;) {
      const candidates = rows.oldest(lane, CHUNK)
      const before = gone.rows
      for (const row of candidates) {
        if (!tooMuch() && now.runningMs - row.writtenMs <= limits.ageMs) break
        drop(row.id)
      }
      if (gone.rows - before < CHUNK) break
    }
  }
  return gone
}
