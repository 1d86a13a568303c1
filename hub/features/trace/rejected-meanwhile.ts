import type { Database } from '../../../shared/sqlite/open.ts'

export interface RejectedMeanwhile {
  received_at: number
  code: string
  reason: string
}

const SHOWN = 20
/** What was sent just before or after belongs to the same trouble. */
const AROUND_MS = 60_000

/** What else of the device the hub could not understand while something was on its way, the newest first. */
export function rejectedMeanwhile(
  db: Database,
  { device, from, to }: { device: string; from: number; to: number },
): RejectedMeanwhile[] {
  return db
    .prepare(
      'SELECT received_at, code, reason FROM rejected_messages WHERE device_id = ? AND received_at >= ? AND received_at <= ? ORDER BY id DESC LIMIT ?',
    )
    .all(device, from - AROUND_MS, to + AROUND_MS, SHOWN) as RejectedMeanwhile[]
}
