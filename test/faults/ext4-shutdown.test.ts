import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { checkHistory } from './lib/check-history.ts'
import { type Ext4Disk, ext4Disk, ext4Trouble } from './lib/ext4-disk.ts'
import { makeFleet, pause, progress, runFleet, settleFleet, within } from './lib/fleet.ts'

import { chosenSeed, seededRandom } from './lib/seeded-random.ts'
import type { TestDevice } from './lib/test-device.ts'
import { withoutSafeguard } from './lib/without-safeguard.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 4)
const DEVICES = 8

const trouble = await ext4Trouble('power cuts on a real ext4')

describe.skipIf(trouble !== null)('an ext4 that loses power under a hub', () => {
  let disk: Ext4Disk
  let folder: string

  beforeEach(() => {
    const made = ext4Disk(512)
    if (typeof made === 'string') throw new Error(made)
    disk = made
    folder = join(disk.folder, 'data')
  })
  afterEach(() => disk.remove())

  /** Devices that are on the disk whatever comes. */
  async function devicesFor(random: () => number) {
    const hub = await startHub({ folder })
    const devices = await makeFleet(hub, DEVICES, random)
    expect(await hub.stop()).toBe(0)
    return devices
  }

  /** One life: it ends in the middle of the work, and the disk comes back as the journal has it. Returns what is wrong then. */
  async function lifeAndCut(devices: readonly TestDevice[], random: () => number, env?: NodeJS.ProcessEnv) {
    const hub = await startHub({ folder, ...(env && { env }) })
    const closed = runFleet(devices, hub)
    await within(60_000, progress(devices, 50 + random() * 2_000))
    await pause(random() * 20)
    // No machine acknowledges anything once its power is gone. Here it lives on for a moment, in which jbd2 lets a sync pass
    // whose transaction it has thrown away already.
    for (const device of devices) device.deafen()
    await disk.cut()
    await hub.kill()
    await closed
    disk.mountAgain()
    return checkHistory(folder, devices)
  }

  it(
    `keeps every acknowledged message, once and in order, over ${ROUNDS} cuts`,
    async () => {
      const seed = chosenSeed()
      const random = seededRandom(seed)
      console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
      const devices = await devicesFor(random)
      for (let round = 1; round <= ROUNDS; round += 1) {
        const { faults } = await lifeAndCut(devices, random)
        expect({ seed, round, faults }).toEqual({ seed, round, faults: [] })
      }
      const acknowledged = devices.reduce((sum, device) => sum + device.acknowledged, 0)
      const hub = await startHub({ folder })
      await settleFleet(devices, hub)
      expect(await hub.stop()).toBe(0)
      expect({ seed, faults: checkHistory(folder, devices).faults }).toEqual({ seed, faults: [] })
      console.log(`${ROUNDS} cuts, ${acknowledged} messages acknowledged before the last, none lost`)
    },
    60_000 + ROUNDS * 60_000,
  )

  it('would notice a hub that acknowledges what is not on the disk', async () => {
    const random = seededRandom(7)
    const devices = await devicesFor(random)
    const faults: string[] = []
    for (let round = 1; round <= 5 && faults.length === 0; round += 1)
      faults.push(...(await lifeAndCut(devices, random, withoutSafeguard('synchronous-off'))).faults)
    expect(faults.join('\n')).toContain('acknowledged messages are lost')
  }, 300_000)
})

const PACKAGE = join(import.meta.dirname, '../../node_modules/better-sqlite3')
const COMPILED = join(PACKAGE, 'build/Release/better_sqlite3.node')
const isCompiled = existsSync(COMPILED)
if (!isCompiled) console.warn('the flushes of a compiled SQLite are not counted: scripts/setup --compile-sqlite')

describe.skipIf(trouble !== null)('a commit on ext4, in a log that is used again', () => {
  /** How often the device is flushed for each of some lone commits. */
  async function flushesPerCommit(nativeBinding: string) {
    const disk = ext4Disk(64)
    if (typeof disk === 'string') throw new Error(disk)
    const db = new Sqlite(join(disk.folder, 'try.db'), { nativeBinding })
    try {
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (n)')
      const commit = db.prepare('INSERT INTO t VALUES (1)')
      for (let n = 0; n < 30; n += 1) commit.run()
      db.pragma('wal_checkpoint(PASSIVE)')
      commit.run()
      const before = disk.flushes()
      for (let n = 0; n < 20; n += 1) {
        // The file system's clock ticks every 4 or 10 ms: only then has the file another time, which fsync waits for.
        await pause(12)
        commit.run()
      }
      return (disk.flushes() - before) / 20
    } finally {
      db.close()
      disk.remove()
    }
  }

  it('flushes the disk twice with the SQLite that came', async () => {
    expect(await flushesPerCommit(join(PACKAGE, `prebuilds/linux-${process.arch}.node`))).toBeGreaterThan(1.6)
  })

  it.skipIf(!isCompiled)('flushes it once with the one that was compiled here', async () => {
    expect(await flushesPerCommit(COMPILED)).toBeLessThan(1.4)
  })
})
