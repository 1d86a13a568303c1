import type { Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Intake } from '../engine/intake.ts'
import type { DiskReport } from '../features/retention/engine.ts'
import { type MeasureDisk, measureDisk } from '../health/disk-watch.ts'

/** What a house that comes back with a backlog may fill before thinning is ahead of it. */
const ENOUGH_BYTES = 16 * 1024 * 1024
/** With less nobody is let in: what is left is for the log of a thinning. As much as is kept for a full disk. */
export const LEAST_BYTES = 8 * 1024 * 1024
const LONGEST_MS = 120_000
/** So many ticks without gain: there is nothing more to remove at once. */
const IDLE_TICKS = 20

/**
 * Thins while nobody is let in, on a full disk: otherwise devices that waited for the hub would fill the little room there
 * is, and nothing would be left to remove rows with. Whether there is enough room now. Bounded; never rejects.
 */
export async function thinBeforeOpening(parts: {
  folder: string
  intake: Pick<Intake, 'input' | 'tick'>
  clock: Clock
  log: Log
  measure?: MeasureDisk
}): Promise<boolean> {
  const { folder, intake, clock, log, measure = measureDisk } = parts
  const end = clock.mono() + LONGEST_MS
  const look = async () =>
    (await intake.input<DiskReport | null>({ kind: 'disk', ...(await measure(folder)) })).value ?? null
  try {
    log.debug({ folder }, 'the disk is full: room is made before anybody is let in')
    let report = await look()
    let room = 0
    let idle = 0
    do {
      await intake.tick()
      report = await look()
      const now = report ? report.freeBytes + report.reusableBytes : 0
      idle = now > room ? 0 : idle + 1
      room = Math.max(room, now)
    } while (report?.thinning && room < ENOUGH_BYTES && idle < IDLE_TICKS && clock.mono() < end)
    const numbers = { free_bytes: report?.freeBytes, reusable_bytes: report?.reusableBytes }
    if (room < LEAST_BYTES) log.debug(numbers, 'there is not enough room yet')
    else log.info(numbers, 'there is room now')
    return room >= LEAST_BYTES
  } catch (error) {
    log.warn({ error: asError(error).message }, 'no room could be made')
    return false
  }
}
