import { connectAsync } from 'mqtt'
import { storeFile } from '../../../hub/store/places.ts'
import { systemClock } from '../../../shared/clock.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import type { PageHouse } from './page-house.ts'
import { OWNER } from './page-house.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const DEVICES = [
  {
    name: 'Kitchen Pi',
    room: 'Kitchen',
    sensor: 'kitchen_temperature',
    kind: 'temperature',
    unit: '°C',
    mean: 21,
    swing: 2.2,
  },
  {
    name: 'Bedroom sensor',
    room: 'Bedroom',
    sensor: 'bedroom_humidity',
    kind: 'humidity',
    unit: '%',
    mean: 48,
    swing: 6,
  },
  { name: 'Washing machine', room: 'Cellar', sensor: 'power', kind: 'power', unit: 'W', mean: 140, swing: 120 },
  {
    name: 'Garden Pi',
    room: 'Garden',
    sensor: 'garden_temperature',
    kind: 'temperature',
    unit: '°C',
    mean: 6,
    swing: 4,
  },
]

/** People, rooms and devices with a day of readings, as in a house that somebody lives in. */
export async function fillHouse(house: PageHouse): Promise<{ thermometer: string; sensor: string; chart: string }> {
  const { admin } = house
  await house.addOwner()
  await admin.call('people', 'add', { email: OWNER, name: 'Ada' })
  await admin.call('people', 'presence', { person: 'Ada', state: 'here' })
  const now = systemClock.now()
  const made: string[] = []
  for (const { name, room, sensor, kind, unit, mean, swing } of DEVICES) {
    await admin.call('rooms', 'create', { name: room })
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', { name })
    await admin.call('devices', 'move', { device, room })
    const client = await connectAsync(house.plain, { clientId: device, username: device, password: secret })
    house.keep(client)
    const value = (at: number) =>
      mean +
      swing * Math.sin((at / DAY) * 2 * Math.PI) +
      (swing / 9) * Math.sin(at / (7 * MINUTE)) +
      (swing / 30) * Math.sin(at / MINUTE)
    // Every five minutes of the day, and every minute of the last hour.
    const times = [
      ...Array.from({ length: 276 }, (_, step) => now - DAY + step * 5 * MINUTE),
      ...Array.from({ length: 60 }, (_, step) => now - (60 - step) * MINUTE),
    ]
    for (let from = 0; from < times.length; from += 48) {
      const items = times
        .slice(from, from + 48)
        .map((at) => ({ sensor, kind, unit, at, value: Math.round(value(at) * 10) / 10 }))
      await client.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
    }
    made.push(device)
  }
  cameInTime(house.folder)
  const shown = made.slice(0, 2).map((device, index) => `${device}/${DEVICES[index]?.sensor}`)
  return {
    thermometer: made[0] ?? '',
    sensor: DEVICES[0]?.sensor ?? '',
    chart: `/readings?s=${shown.join(',')}&span=hour`,
  }
}

/** As if each reading had come when it was measured: what is filled in at once is late, and the page marks it so. */
function cameInTime(folder: string): void {
  const db = openDatabase({ file: storeFile(folder) })
  try {
    db.exec('UPDATE readings SET received_at = reading_time + 40')
  } finally {
    db.close()
  }
}
