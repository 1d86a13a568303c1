import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, progress, settleFleet, within } from './lib/fleet.ts'
import { healthOf, problemsOf } from './lib/hub-health.ts'
import { houseOnDisk, OLD_ROWS } from './lib/old-house.ts'
import { seededRandom } from './lib/seeded-random.ts'
import { smallDiskTrouble } from './lib/small-disk.ts'
import { TestDevice } from './lib/test-device.ts'

const DEADLINE_MS = 120_000
const trouble = smallDiskTrouble('a start on a full disk')

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

describe.skipIf(trouble !== null)('a hub that starts on a full disk', () => {
  it('uses the room it kept for that, removes old readings, takes new ones, and keeps room again later', async () => {
    const { disk, house, ballast, start, isRolledUp, oldRows } = await houseOnDisk(closing)
    const before = await start()
    await eventually(() => existsSync(ballast) && isRolledUp(), DEADLINE_MS)
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
    expect(oldRows()).toBeLessThan(OLD_ROWS - 5_000)
    await settleFleet(devices, hub, DEADLINE_MS)
    disk.makeRoom()
    expect(await hub.stop()).toBe(0)

    await start()
    await eventually(() => existsSync(ballast), DEADLINE_MS)
  })

  it('and has kept no room says so, and opens its database by itself once there is some', async () => {
    const { disk, house, ballast, start } = await houseOnDisk(closing)
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
