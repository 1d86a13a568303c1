import { type DeviceMessage, HouseMessages, MESSAGE_MS, SENSORS_OF_A_DEVICE } from './house-messages.ts'
import { LOCAL_CALLER } from './local-caller.ts'
import type { StoreHouse } from './store-house.ts'

const DAY_MS = 86_400_000
const HALF_DAY_MS = DAY_MS / 2
const HOUR_MS = 3_600_000
const TEN_MINUTES_MS = 600_000
export const YEAR_MS = 365 * DAY_MS
/** A device at ten-minute pace, so that a year of its rollups is there. */
export const YEAR_DEVICE = 'year-aaaaaa'
/** What comes within so long is one commit, and a tick follows it: of ten devices 1,200 readings. */
const COMMIT_MS = 300_000
const SETTLE_SECONDS = 180

export interface History {
  devices: string[]
  messages: HouseMessages
  /** The house's time after it. */
  now: number
  /** Days for which raw readings are kept. */
  keptDays: number
}

type Take = (batch: readonly DeviceMessage[], now: number) => void

/**
 * Fills a house through its engine: a year of one device, and at its end the readings of `devices` at house pace, one message of four
 * sensors every ten seconds. Readings are kept for as many days as they reach back, so that the house is in its steady
 * state: each hour some come to their end.
 */
export function fillHistory(
  house: StoreHouse,
  { devices: count, readings, until }: { devices: number; readings: number; until: number },
): History {
  const devices = Array.from({ length: count }, (_, n) => `bench-${String(n).padStart(6, '0')}`)
  const messages = new HouseMessages()
  const rounds = Math.ceil(readings / (count * SENSORS_OF_A_DEVICE.length))
  const begin = until - rounds * MESSAGE_MS
  const keptDays = Math.max(1, Math.floor((rounds * MESSAGE_MS) / DAY_MS))
  house.addDevices([YEAR_DEVICE, ...devices], until - YEAR_MS)
  keepReadings(house, keptDays, until - YEAR_MS)
  const take: Take = (batch, now) => {
    house.send(batch, now)
    house.afterBatch(batch.reduce((sum, { payload }) => sum + payload.length, 0))
    house.tick(now)
    house.afterTick()
  }
  take([messages.introduction(YEAR_DEVICE, until - YEAR_MS)], until - YEAR_MS)
  let now = until - YEAR_MS
  for (; now + DAY_MS <= begin; now += DAY_MS) take(gathered(messages, now, now + DAY_MS), now + DAY_MS)
  take(
    devices.map((device) => messages.introduction(device, now)),
    now,
  )
  for (; now < until; now += HOUR_MS) {
    const to = Math.min(now + HOUR_MS, until)
    if (to > begin) fillHour(take, { devices, messages, from: Math.max(now, begin), to })
    take(gathered(messages, now, to), to)
  }
  return { devices, messages, now: house.settle(until, SETTLE_SECONDS), keptDays }
}

function fillHour(
  take: Take,
  { devices, messages, from, to }: { devices: string[]; messages: HouseMessages; from: number; to: number },
): void {
  for (let at = from; at < to; at += COMMIT_MS) {
    const end = Math.min(at + COMMIT_MS, to)
    const batch = []
    for (let time = at + MESSAGE_MS; time <= end; time += MESSAGE_MS)
      for (const [n, device] of devices.entries()) batch.push(messages.readings(device, time - n * 7, { sent: false }))
    if (batch.length > 0) take(batch, end)
  }
}

/** What the device of the year noted every ten minutes, in messages of at most half a day. */
function gathered(messages: HouseMessages, from: number, to: number): DeviceMessage[] {
  const halves: number[][] = []
  for (let at = from + TEN_MINUTES_MS; at <= to; at += TEN_MINUTES_MS) {
    const half = Math.floor((at - from - TEN_MINUTES_MS) / HALF_DAY_MS)
    halves[half] = [...(halves[half] ?? []), at]
  }
  return halves.map((times) => messages.gathered(YEAR_DEVICE, times))
}

function keepReadings(house: StoreHouse, days: number, now: number): void {
  const request = { id: 'keep', params: { class: 'readings', days }, confirm: true }
  house.ask({ kind: 'command', area: 'retention', verb: 'set', request, caller: LOCAL_CALLER, retained: false }, now)
  const kept = house.db.prepare("SELECT days FROM retention_settings WHERE class = 'readings'").pluck().get()
  if (kept !== days) throw new Error('the house did not take how long readings are kept')
}
