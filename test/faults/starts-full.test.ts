import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { ROLLUP_STEPS, rollupPosition } from '../../hub/features/telemetry/rollups.ts'
import { fillHouse } from '../../scripts/lib/bench/full-house.ts'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { systemClock } from '../../shared/clock.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, progress, settleFleet, within } from './lib/fleet.ts'
import { healthOf, problemsOf } from './lib/hub-health.ts'
import { seededRandom } from './lib/seeded-random.ts'
import { smallDisk } from './lib/small-disk.ts'
import { TestDevice } from './lib/test-device.ts'

const DEADLINE_MS = 120_000
const ROWS = 60_000
const probe = smallDisk(1)
const trouble = typeof probe === 'string' ? probe : null
if (typeof probe === 'string') console.warn(`tests of a start on a full disk are skipped: ${probe}`)
else probe.remove()

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Hours of one sensor ten days ago, so dense that what they are rolled up into is next to nothing. */
function fillOldHours(file: string): void {
  const db = new Sqlite(file)
  const from = systemClock.now() - 10 * 86_400_000
  const insert = db.prepare(
    'INSERT INTO readings (series_id, reading_time, received_at, value) SELECT min(id), ?, ?, ? FROM reading_series',
  )
  db.transaction(() => {
    for (let row = 0; row < ROWS; row += 1) insert.run(from + row * 100, from + row * 100 + 40, row % 100)
  })()
  // As if these hours had not been rolled up yet: the next look is now and not at the next full hour.
  for (const { key } of ROLLUP_STEPS) db.prepare('DELETE FROM hub_settings WHERE key = ?').run(key)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Only what was rolled up may leave without a central. */
function isRolledUp(file: string): boolean {
  const db = new Sqlite(file, { readonly: true })
  try {
    return ROLLUP_STEPS.every(({ key }) => rollupPosition(db, key).upto >= ROWS)
  } finally {
    db.close()
  }
}

/** A stopped hub's house with old readings, whose data folder is a disk of its own. */
async function houseOnDisk() {
  const data = makeDataFolder()
  closing.push(data.remove)
  const disk = smallDisk(64)
  if (typeof disk === 'string') throw new Error(disk)
  closing.push(() => disk.remove())
  symlinkSync(disk.folder, join(data.scratch, 'full'))
  const house = await fillHouse(data.scratch, 1)
  fillOldHours(join(house.folder, 'hub.db'))
  const ballast = join(disk.folder, 'ballast')
  const start = async () => {
    const hub = await startHub({ folder: house.folder, config: 'log = "info"\n' })
    closing.push(() => hub.kill())
    return hub
  }
  return { disk, house, ballast, start }
}

describe.skipIf(trouble !== null)('a hub that starts on a full disk', () => {
  it('uses the room it kept for that, removes old readings, takes new ones, and keeps room again later', async () => {
    const { disk, house, ballast, start } = await houseOnDisk()
    const before = await start()
    await eventually(() => existsSync(ballast) && isRolledUp(join(house.folder, 'hub.db')), DEADLINE_MS)
    expect(statSync(ballast).size).toBe(8 * 1024 * 1024)
    expect(await before.stop()).toBe(0)
    disk.fill()

    const hub = await start()
    expect(existsSync(ballast)).toBe(false)
    // A disk that is nearly full wants attention, and takes messages.
    expect((await healthOf(hub)).state).toBe('attention')
    const devices = house.devices.slice(0, 3).map((identity) => new TestDevice(identity, { random: seededRandom(5) }))
    const closed = Promise.all(devices.map((device) => device.run(hub.ports.plain)))
    await within(DEADLINE_MS, progress(devices, 300))
    for (const device of devices) device.close()
    await closed
    const db = new Sqlite(join(house.folder, 'hub.db'), { readonly: true })
    closing.push(() => db.close())
    const old = () => Number(db.prepare('SELECT count(*) FROM readings WHERE id <= ?').pluck().get(ROWS))
    expect(old()).toBeLessThan(ROWS - 5_000)
    await settleFleet(devices, hub, DEADLINE_MS)
    disk.makeRoom()
    db.close()
    expect(await hub.stop()).toBe(0)

    await start()
    await eventually(() => existsSync(ballast), DEADLINE_MS)
  })

  it('and has kept no room says so, and opens its database by itself once there is some', async () => {
    const { disk, house, ballast, start } = await houseOnDisk()
    rmSync(ballast, { force: true })
    disk.fill()

    const hub = await start()
    expect((await healthOf(hub)).state).toBe('degraded')
    expect(await problemsOf(hub)).toEqual(['disk_full'])
    const [identity] = house.devices
    if (!identity) throw new Error('the house has no devices')
    const device = new TestDevice(identity, { random: seededRandom(6) })
    await within(DEADLINE_MS, device.run(hub.ports.plain))
    expect(device.connack).toBe(3)

    disk.makeRoom()
    await eventually(async () => (await healthOf(hub)).state === 'ok', DEADLINE_MS)
    const closed = device.run(hub.ports.plain)
    await within(DEADLINE_MS, progress([device], 100))
    device.close()
    await closed
    await eventually(() => existsSync(join(house.folder, 'hub.ports.json')), DEADLINE_MS)
    expect(await hub.stop()).toBe(0)
  })
})
