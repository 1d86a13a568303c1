import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeBackup } from '../../hub/store/backup.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { backupFolder } from '../../hub/store/places.ts'
import { type End, type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { silentLog } from '../../shared/log.ts'
import { PAGE_SIZE } from '../../shared/sqlite/page-size.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, makeFleet, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { problemsOf } from './lib/hub-health.ts'
import { seededRandom } from './lib/seeded-random.ts'
import { LANES, type TestDevice } from './lib/test-device.ts'

const PAGE = PAGE_SIZE

let data: ReturnType<typeof makeDataFolder>
let running: HubProcess | null

beforeEach(() => {
  data = makeDataFolder()
  running = null
})
afterEach(async () => {
  await running?.kill()
  data.remove()
})

const file = () => join(data.folder, 'hub.db')

async function start(): Promise<HubProcess> {
  running = await startHub({ folder: data.folder, config: 'log = "warn"\n' })
  return running
}

/** A house with one device that has stored something, stopped in order and backed up. */
async function houseWithDevice(): Promise<TestDevice> {
  const hub = await start()
  const [device] = await makeFleet(hub, 1, seededRandom(3))
  if (!device) throw new Error('no device was made')
  const closed = device.run(hub.ports.plain)
  await within(60_000, progress([device], 200))
  device.close()
  await closed
  await settleFleet([device], hub)
  expect(await hub.stop()).toBe(0)
  writeBackup({ source: file(), folder: backupFolder(data.folder), now: 1 })
  return device
}

function overwrite(offset: number, bytes: Buffer): void {
  const fd = openSync(file(), 'r+')
  writeSync(fd, bytes, 0, bytes.length, offset)
  closeSync(fd)
}

/** Makes rubbish of the first pages of tables or indexes. */
function overwriteFrom(names: string[]): void {
  const db = new Sqlite(file(), { readonly: true })
  const page = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck()
  const pages = names.map((name) => Number(page.get(name)))
  db.close()
  for (const number of pages) overwrite((number - 1) * PAGE, garbage(PAGE))
}

const garbage = (length: number) => Buffer.from(Array.from({ length }, (_, index) => (index * 37 + 11) % 256))

/** The values that a database holds for one lane, in the order of their rows. */
function valuesOf(database: string, device: TestDevice, lane: string): number[] {
  const db = new Sqlite(database, { readonly: true })
  try {
    return db
      .prepare(
        'SELECT r.value FROM readings r JOIN reading_series s ON s.id = r.series_id WHERE s.device_id = ? AND s.sensor = ? ORDER BY r.id',
      )
      .pluck()
      .all(device.identity.device, lane) as number[]
  } finally {
    db.close()
  }
}

function eventTypes(): string[] {
  const db = new Sqlite(file(), { readonly: true })
  try {
    return db.prepare('SELECT event_type FROM events').pluck().all() as string[]
  } finally {
    db.close()
  }
}

const damagedFiles = () => readdirSync(data.folder).filter((name) => /^hub\.db\.damaged-\d+$/.test(name))

/** How a hub ended that may do so before it listens. */
async function endOf(starting: Promise<HubProcess>): Promise<End> {
  try {
    return await (await starting).ended
  } catch (error) {
    return Number(/ended with (\d+)/.exec(String(error))?.[1] ?? Number.NaN)
  }
}

/** The hub took its backup: the device is still known, goes on where it was, and no reading is left. */
async function expectRestored(device: TestDevice): Promise<void> {
  const before = { live: device.lanes.live.sent, backlog: device.lanes.backlog.sent }
  await expectServed(device, before)
  for (const lane of LANES) expect(Math.min(...valuesOf(file(), device, lane))).toBe(before[lane] + 1)
}

/** All that could be read is there again: every reading that the device ever sent. */
const expectSaved = (device: TestDevice) => expectServed(device, { live: 0, backlog: 0 })

/** The hub serves the device from a mended database, which has all of its readings behind these once. */
async function expectServed(device: TestDevice, before: { live: number; backlog: number }): Promise<void> {
  const hub = await start()
  expect(await problemsOf(hub)).toContain('set_aside')
  const closed = runFleet([device], hub)
  await within(60_000, progress([device], 100))
  device.close()
  await closed
  await settleFleet([device], hub)
  expect(await hub.stop()).toBe(0)
  for (const lane of LANES) {
    const expected = Array.from({ length: device.lanes[lane].sent - before[lane] }, (_, n) => before[lane] + n + 1)
    expect(valuesOf(file(), device, lane).filter((value) => value > before[lane])).toEqual(expected)
  }
}

describe('a hub whose database was damaged while it was stopped', () => {
  it('sets the file aside and restores its backup when the first page is rubbish', async () => {
    const device = await houseWithDevice()
    overwrite(0, garbage(PAGE))
    await expectRestored(device)
    expect(damagedFiles()).toHaveLength(1)
  })

  it('finds a damaged page further in after an unclean end', async () => {
    const device = await houseWithDevice()
    for (let page = 2; page < statSync(file()).size / PAGE; page += 3) overwrite(page * PAGE, garbage(PAGE))
    writeFileSync(join(data.folder, 'hub.db-running'), '')
    await expectServed(device, { live: device.lanes.live.sent, backlog: device.lanes.backlog.sent })
    expect(damagedFiles()).toHaveLength(1)
  })

  it('serves after an unclean end while what grows is checked, and ends as soon as that finds damage', async () => {
    const device = await houseWithDevice()
    overwriteFrom(['ix_reading_rollups_1h'])
    writeFileSync(join(data.folder, 'hub.db-running'), '')
    expect(await within(60_000, endOf(start()))).toBe(70)
    expect(damagedFiles()).toEqual([])
    await expectSaved(device)
    expect(damagedFiles()).toHaveLength(1)
    expect(eventTypes()).toContain('database_mended')
  })

  it('ends as soon as a message meets damage that no check has found, and acknowledges nothing of it', async () => {
    const device = await houseWithDevice()
    // A start reads nothing of it; the birth of the device changes a row that is captured.
    overwriteFrom(['ux_sync_changes'])
    const { acknowledged } = device
    const hub = await start()
    const closed = runFleet([device], hub)
    expect(await within(60_000, hub.ended)).toBe(70)
    await closed
    expect(device.acknowledged).toBe(acknowledged)
    const again = await start()
    expect(await problemsOf(again)).toContain('set_aside')
    expect(damagedFiles()).toHaveLength(1)
    // It goes on where it was.
    const goesOn = runFleet([device], again)
    await within(60_000, progress([device], 10))
    expect(device.acknowledged).toBeGreaterThan(acknowledged)
    expect(await again.stop()).toBe(0)
    await goesOn
  })

  it('saves its readings when its own first words meet damage, also after a clean end', async () => {
    const device = await houseWithDevice()
    overwriteFrom(['events'])
    const hub = await start()
    await eventually(async () => (await problemsOf(hub)).includes('set_aside'), 60_000)
    expect(damagedFiles()).toHaveLength(1)
    expect(await hub.stop()).toBe(0)
    await expectSaved(device)
  })

  it('restores its backup when the file is gone, instead of starting an empty house', async () => {
    const device = await houseWithDevice()
    rmSync(file())
    await expectRestored(device)
  })

  it('refuses devices and says why when there is no backup, and keeps the damaged file', async () => {
    const device = await houseWithDevice()
    rmSync(join(data.folder, 'backups'), { recursive: true, force: true })
    overwrite(0, garbage(PAGE))
    const size = statSync(file()).size
    const acknowledged = device.acknowledged
    const hub = await start()
    expect(await problemsOf(hub)).toContain('corrupt_database')
    await within(60_000, runFleet([device], hub))
    expect(device.connack).toBe(3)
    expect(device.acknowledged).toBe(acknowledged)
    expect(await hub.stop()).toBe(0)
    expect(statSync(file()).size).toBe(size)
  })
})

describe('a write-ahead log that was cut off', () => {
  it('opens at every length with a prefix of what was stored', async () => {
    const hub = await start()
    const [device] = await makeFleet(hub, 1, seededRandom(5))
    if (!device) throw new Error('no device was made')
    const closed = device.run(hub.ports.plain)
    await within(60_000, progress([device], 300))
    await hub.kill()
    await closed
    const log = `${file()}-wal`
    const size = statSync(log).size
    const frame = PAGE + 24
    const frames = Math.floor((size - 32) / frame)
    const step = Math.max(1, Math.floor(frames / 12))
    const boundaries = Array.from({ length: Math.ceil(frames / step) }, (_, n) => 32 + n * step * frame)
    const lengths = [0, 31, PAGE, ...boundaries, ...boundaries.map((end) => end + 600), size].sort((a, b) => a - b)
    let most = 0
    for (const length of lengths.filter((wanted) => wanted <= size)) {
      const rows = rowsAtLength(log, length, device)
      expect({ length, rows: rows >= most }).toEqual({ length, rows: true })
      most = rows
    }
    expect(most).toBeGreaterThanOrEqual(device.acknowledged)
  })

  /** Opens a copy with a shorter log as the hub does, and returns how many rows are there. */
  function rowsAtLength(log: string, length: number, device: TestDevice): number {
    const folder = join(data.scratch, `cut-${length}`)
    mkdirSync(folder)
    const database = join(folder, 'hub.db')
    copyFileSync(file(), database)
    copyFileSync(log, `${database}-wal`)
    truncateSync(`${database}-wal`, length)
    writeFileSync(join(folder, 'hub.db-running'), '')
    const store = openStore({ folder, now: 1_800_000_000_000, log: silentLog })
    expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
    store.close()
    expect(existsSync(join(folder, 'hub.db-wal'))).toBe(false)
    const lanes = LANES.map((lane) => valuesOf(database, device, lane))
    for (const values of lanes) expect(values).toEqual(values.map((_, index) => index + 1))
    return lanes.reduce((sum, values) => sum + values.length, 0)
  }
})
