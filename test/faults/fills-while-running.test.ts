import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { checkHistory } from './lib/check-history.ts'
import { eventually, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { healthOf, problemsOf } from './lib/hub-health.ts'
import { houseOnDisk, OLD_ROWS } from './lib/old-house.ts'
import { seededRandom } from './lib/seeded-random.ts'
import { smallDiskTrouble } from './lib/small-disk.ts'
import { TestDevice } from './lib/test-device.ts'

const DEADLINE_MS = 120_000
const trouble = smallDiskTrouble('a disk that fills up while the hub runs')

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

describe.skipIf(trouble !== null)('a hub whose disk is filled by others while it runs', () => {
  it('uses the room it kept, removes old readings, and takes messages again, although nobody else removes anything', async () => {
    const { disk, house, ballast, start, isRolledUp, oldRows } = await houseOnDisk(closing)
    const hub = await start()
    await eventually(() => existsSync(ballast) && isRolledUp(), DEADLINE_MS)
    const devices = house.devices.slice(0, 3).map((identity) => new TestDevice(identity, { random: seededRandom(7) }))
    const closed = runFleet(devices, hub)
    await within(DEADLINE_MS, progress(devices, 300))
    disk.fill()
    await within(DEADLINE_MS, closed)
    await eventually(async () => (await problemsOf(hub)).includes('disk_full'), DEADLINE_MS)

    await eventually(async () => (await healthOf(hub)).state !== 'degraded', DEADLINE_MS)
    expect(existsSync(ballast)).toBe(false)
    expect(oldRows()).toBeLessThan(OLD_ROWS - 5_000)
    const again = runFleet(devices, hub)
    await within(DEADLINE_MS, progress(devices, 300))
    for (const device of devices) device.close()
    await again
    await settleFleet(devices, hub, DEADLINE_MS)

    disk.makeRoom()
    await eventually(() => existsSync(ballast), DEADLINE_MS)
    expect(await hub.stop()).toBe(0)
    const check = checkHistory(house.folder, devices)
    expect(check.faults).toEqual([])
    expect(check.stored).toBe(check.acknowledged)
  })
})
