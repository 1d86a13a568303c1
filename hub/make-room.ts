import type { Clock } from '../shared/clock.ts'
import { asError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { type MeasureDisk, measureDisk } from './disk-watch.ts'
import type { Intake } from './engine/intake.ts'
import type { DiskReport } from './features/retention/retention.ts'

/** What a house that comes back with a backlog may fill before thinning is ahead of it. */
const ENOUGH_BYTES = 16 * 1024 * 1024
const LONGEST_MS = 120_000
/** So many ticks without gain: there is nothing more to remove at once. */
const IDLE_TICKS = 20

/**
 * Thins before anybody is let in, after a start on a full disk: otherwise devices that waited for the hub would fill the
 * little room that this start got, and nothing would be left to remove rows with. Bounded; never rejects.
 */
export async function makeRoom(parts: {
  folder: string
  intake: Pick<Intake, 'input' | 'tick' | 'fault'>
  clock: Clock
  log: Log
  measure?: MeasureDisk
}): Promise<void> {
  const { folder, intake, clock, log, measure = measureDisk } = parts
  const end = clock.mono() + LONGEST_MS
  const look = async () =>
    (await intake.input<DiskReport | null>({ kind: 'disk', ...(await measure(folder)) })).value ?? null
  try {
    log.info({ folder }, 'the disk is full: room is made before anybody is let in')
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
    log.info({ free_bytes: report?.freeBytes, reusable_bytes: report?.reusableBytes }, 'there is room now')
  } catch (error) {
    log.warn({ error: asError(error).message }, 'no room could be made at start')
  }
}
