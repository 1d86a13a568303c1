import type { AdminClient } from './admin-client.ts'
import { type Heard, sensorId } from './heard.ts'
import { askForFewer, type Found, MOST_SHOWN, type Stored } from './stored.ts'

interface ReadingRow {
  id: number
  received_at: number
  time: number
  device: string
  device_name: string
  sensor: string
  /** Absent from an older hub. */
  sensor_name?: string
  sensor_type: string
  value: number
  unit: string
  quality: number
  metadata?: { time_quality?: 'corrected' | 'unknown' }
}

interface Received {
  readings: ReadingRow[]
  newest: number
  next?: number
}

interface Latest {
  readings: (Omit<ReadingRow, 'id' | 'received_at' | 'time' | 'value' | 'quality'> &
    Partial<Pick<ReadingRow, 'time' | 'value' | 'quality'>>)[]
  next?: number
}

const FIRST_PAGE = 500
const LATER_PAGE = 1_000

/** The values that the hub has stored since the last look, in the order of their receipt, each when it is another one. */
export class StoredReadings implements Stored {
  #only: { device?: string | undefined; sensor?: string | undefined }
  #last = { id: 0, received_at: 0 }
  #values = new Map<string, number>()

  /** `device`, `sensor`: only those of this device, of sensors with this key or name. */
  constructor({ device, sensor }: { device?: string | undefined; sensor?: string | undefined }) {
    this.#only = { device, sensor }
  }

  /** Each sensor as it is now. */
  async begin(client: AdminClient): Promise<Found> {
    const { readings, newest } = await this.#received(client, { limit: 1 })
    this.#last = { id: newest, received_at: readings[0]?.received_at ?? 0 }
    const found: Heard[] = []
    const names: Found['names'] = []
    let after: number | undefined
    do {
      const ask = (limit: number) => client.request('readings', 'latest', { ...this.#only, after, limit })
      const page = (await askForFewer(LATER_PAGE, ask)) as Latest
      for (const row of page.readings) {
        const { time, value, quality = 1 } = row
        names.push(...namesOf(row))
        if (time === undefined || value === undefined) continue
        this.#values.set(keyOf(row), value)
        found.push(heardOf({ ...row, time, value, quality }))
      }
      after = page.next
    } while (after !== undefined)
    return { found, left: 0, names }
  }

  async look(client: AdminClient): Promise<Found> {
    const last = this.#last
    let page = await this.#received(client, { after: last.id, limit: FIRST_PAGE })
    // Ids that went back are those of a database that was restored: there the time of receipt tells what is new.
    const isOther = page.newest < last.id
    const from = isOther ? 0 : last.id
    if (isOther) page = await this.#received(client, { after: from, limit: LATER_PAGE })
    const changed = new Map<string, number>()
    let { received_at } = last
    let kept: { row: ReadingRow; number: number }[] = []
    let read = 0
    let left = 0
    for (;;) {
      for (const row of page.readings) {
        read += 1
        if (isOther && row.received_at <= last.received_at) continue
        received_at = row.received_at
        if ((changed.get(keyOf(row)) ?? this.#values.get(keyOf(row))) === row.value) continue
        changed.set(keyOf(row), row.value)
        kept.push({ row, number: read })
      }
      if (kept.length > MOST_SHOWN) {
        left += kept.length - MOST_SHOWN
        kept = kept.slice(-MOST_SHOWN)
      }
      if (page.next === undefined) break
      page = await this.#received(client, { after: page.next, limit: LATER_PAGE })
    }
    this.#last = { id: page.newest, received_at }
    for (const [key, value] of changed) this.#values.set(key, value)
    const limit = Math.min((kept[0]?.number ?? 1) - 1, LATER_PAGE)
    return {
      found: kept.map(({ row }) => heardOf(row)),
      left,
      rest: { area: 'readings', verb: 'received', params: { ...this.#only, after: from, limit } },
      names: kept.flatMap(({ row }) => namesOf(row)),
    }
  }

  async #received(client: AdminClient, how: { limit: number; after?: number }): Promise<Received> {
    const ask = (limit: number) => client.request('readings', 'received', { ...this.#only, ...how, limit })
    return (await askForFewer(how.limit, ask)) as Received
  }
}

function namesOf({
  device,
  device_name,
  sensor,
  sensor_name = sensor,
}: Pick<ReadingRow, 'device' | 'device_name' | 'sensor' | 'sensor_name'>): Found['names'] {
  return [
    [device, device_name],
    [sensorId({ device, sensor }), sensor_name],
  ]
}

function keyOf({ device, sensor }: Pick<ReadingRow, 'device' | 'sensor'>): string {
  return `${device}/${sensor}`
}

function heardOf(row: Omit<ReadingRow, 'id' | 'received_at'>): Heard {
  const { device, sensor, sensor_type: measures, value, unit, time, quality, metadata } = row
  const time_quality = metadata?.time_quality ?? 'good'
  return { kind: 'state', device, sensor, measures, state: { value, unit, at: time, quality, time_quality } }
}
