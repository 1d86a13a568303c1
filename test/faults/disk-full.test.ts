import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { checkHistory } from './lib/check-history.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, makeFleet, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { problemsOf } from './lib/hub-health.ts'
import { seededRandom } from './lib/seeded-random.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

describe.skipIf(shimTrouble !== null)('a hub whose disk fails under load', () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  it.each([
    ['is full', 'ENOSPC', 'disk_full'],
    ['cannot be written', 'EIO', 'disk_error'],
    ['turned read-only', 'EROFS', 'disk_error'],
    ['cannot be synced', 'fsync EIO', 'disk_error'],
  ])('acknowledges nothing while the disk %s, says why, and goes on by itself afterwards', async (_, fault, code) => {
    const control = join(data.scratch, 'control')
    const hub = await startHub({
      folder: data.folder,
      env: {
        LD_PRELOAD: buildShim('disk-full'),
        LARES_DISK_FULL_FOLDER: data.folder,
        LARES_DISK_FULL_CONTROL: control,
      },
    })
    const devices = await makeFleet(hub, 4, seededRandom(11))

    const closed = runFleet(devices, hub)
    await within(60_000, progress(devices, 500))
    writeFileSync(control, fault)
    await within(60_000, closed)
    const promised = devices.map((device) => device.acknowledged)

    await eventually(async () => (await problemsOf(hub)).includes(code), 60_000)
    await within(60_000, runFleet(devices, hub))
    expect(devices.map((device) => device.connack)).toEqual([3, 3, 3, 3])
    expect(devices.map((device) => device.acknowledged)).toEqual(promised)

    rmSync(control)
    await eventually(async () => (await problemsOf(hub)).length === 0, 60_000)
    await settleFleet(devices, hub, 60_000)
    expect(await hub.stop()).toBe(0)
    const check = checkHistory(data.folder, devices)
    expect(check.faults).toEqual([])
    expect(check.stored).toBe(check.acknowledged)
    expect(check.stored).toBeGreaterThan(500)
  })
})
