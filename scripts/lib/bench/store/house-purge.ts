import { FRAME_HEADER_BYTES } from './log-frames.ts'
import type { StoreHouse } from './store-house.ts'

const DAY_MS = 86_400_000
const SETTLE_SECONDS = 600
/** So many ticks that write nothing: there is nothing left to remove. */
const QUIET_TICKS = 20
const MOST_TICKS = 20_000

export interface Purged {
  rows: number
  /** Bytes of the log. */
  bytes: number
}

/**
 * Lets a silent house wake a day after the oldest of its readings had their time: what retention then removes. `keptDays`: for how
 * long readings are kept.
 */
export function purgeOfADay(house: StoreHouse, { now, keptDays }: { now: number; keptDays: number }): Purged {
  const count = () => Number(house.db.prepare('SELECT count(*) FROM readings').pluck().get())
  const oldest = Number(house.db.prepare('SELECT min(reading_time) FROM readings').pluck().get())
  // Devices that are silent are told to be; that is no purge.
  const settled = house.settle(now, SETTLE_SECONDS)
  const before = count()
  let time = Math.max(settled, oldest + (keptDays + 1) * DAY_MS)
  let frames = 0
  let quiet = 0
  for (let ticks = 0; quiet < QUIET_TICKS; ticks += 1) {
    if (ticks > MOST_TICKS) throw new Error('the purge finds no end')
    time += 1_000
    const written = house.tick(time)
    quiet = written === 0 ? quiet + 1 : 0
    frames += written
    house.afterBatch(0)
  }
  const pageBytes = Number(house.db.pragma('page_size', { simple: true }))
  return { rows: before - count(), bytes: frames * (pageBytes + FRAME_HEADER_BYTES) }
}
