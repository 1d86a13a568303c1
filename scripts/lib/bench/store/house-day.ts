import { readFileSync, statSync } from 'node:fs'
import { HEARTBEAT_MS } from '../../../../shared/limits.ts'
import { type CardPlace, settledWrites } from './card.ts'
import type { History } from './history.ts'
import { type DeviceMessage, MESSAGE_MS } from './house-messages.ts'
import type { Layout } from './layout.ts'
import type { StoreHouse } from './store-house.ts'

/** What a house wrote in a while, in bytes but where it says frames. */
export interface HouseDay {
  /** Everything: what reached the card, or without one what was handed to the system. */
  written: number
  /** Frames of the log, by what wrote them. */
  frames: Record<'readings' | 'heartbeats' | 'ticks' | 'tidying', number>
  /** Backups, as large as they were made. */
  backups: number
}

const SECOND_MS = 1_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const MAPPING_MS = 30_000
const TIMES_MS = 5_000
const DISK = { kind: 'disk', totalBytes: 32e9, freeBytes: 20e9 } as const

/**
 * Lets a house live for some hours, second by second with time handed in: each device sends readings every ten seconds and a
 * heartbeat every thirty, each message alone in its commit; the engine ticks once a second and tidies up after itself; the
 * front says once a minute how full the disk is; there is a backup at the end of each hour.
 */
export async function houseDay(
  layout: Layout,
  house: StoreHouse,
  { history, hours, folder, card }: { history: History; hours: number; folder: string; card: CardPlace | null },
): Promise<HouseDay> {
  const begin = history.now
  const frames: HouseDay['frames'] = { readings: 0, heartbeats: 0, ticks: 0, tidying: 0 }
  const copier = new layout.BackupCopier(folder)
  let backups = 0
  const before = writtenBytes(card)
  for (let now = begin; now < begin + hours * HOUR_MS; now += SECOND_MS) {
    history.now = now
    for (const message of messagesOf(history, now - begin)) {
      const kind = message.topic === 'readings' ? 'readings' : 'heartbeats'
      frames[kind] += house.sendAlone(message, now)
      house.afterBatch(message.payload.length)
    }
    if (isDue(now - begin, MINUTE_MS)) frames.ticks += house.ask(DISK, now)
    frames.ticks += house.tick(now)
    frames.tidying += house.afterTick()
    if (isDue(now - begin, TIMES_MS)) house.writeTimes()
    if (isDue(now - begin, MAPPING_MS)) house.writeMapping()
    if (isDue(now - begin + SECOND_MS, HOUR_MS)) backups += statSync(await copier.copy(now)).size
  }
  return { written: writtenBytes(card) - before, frames, backups }
}

/** The devices are spread over the seconds, as in a house nobody has timed. */
function* messagesOf({ devices, messages, now }: History, elapsed: number): Generator<DeviceMessage> {
  for (const [n, device] of devices.entries()) {
    const later = n * SECOND_MS
    if (isDue(elapsed + later, MESSAGE_MS)) yield messages.readings(device, now, { sent: true })
    if (isDue(elapsed + later * 3, HEARTBEAT_MS)) yield messages.heartbeat(device, now)
  }
}

function isDue(elapsed: number, everyMs: number): boolean {
  return elapsed % everyMs === 0
}

/** Without a card what this process and those it waited for handed to the system: the log, pages of checkpoints, backups. */
function writtenBytes(card: CardPlace | null): number {
  if (card) return settledWrites(card).bytes
  return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
