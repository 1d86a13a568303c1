import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../../scripts/lib/bench/hub-process.ts'
import { createDevices } from '../../scripts/lib/bench/local-admin.ts'
import { askHttps } from '../hub/web/page-rig.ts'
import { checkHistory } from './lib/check-history.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, makeFleet, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'
import { type Locker, startLocker } from './lib/locker.ts'
import { seededRandom } from './lib/seeded-random.ts'

const DEADLINE_MS = 120_000

let data: ReturnType<typeof makeDataFolder>
const closing: (() => unknown)[] = []
beforeEach(() => {
  data = makeDataFolder()
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  data.remove()
})

async function locker(begin: string): Promise<Locker> {
  const other = await startLocker(join(data.folder, 'hub.db'), begin)
  closing.push(() => other.letGo())
  return other
}

describe('a hub whose database another program holds', () => {
  it('takes nothing meanwhile, says who holds it, and goes on by itself when it is let go', async () => {
    const hub = await startHub(data)
    closing.push(() => hub.kill())
    const devices = await makeFleet(hub, 3, seededRandom(21))
    const closed = runFleet(devices, hub)
    await within(DEADLINE_MS, progress(devices, 300))

    const other = await locker('BEGIN IMMEDIATE')
    await within(DEADLINE_MS, closed)
    await eventually(async () => (await healthOf(hub)).state === 'degraded', DEADLINE_MS)
    const [problem] = (await healthOf(hub)).problems
    expect(problem).toMatchObject({ code: 'database_locked', message: expect.stringContaining(`process ${other.pid}`) })
    await within(DEADLINE_MS, runFleet(devices, hub))
    expect(devices.map((device) => device.connack)).toEqual([3, 3, 3])

    await other.letGo()
    await eventually(async () => (await healthOf(hub)).state === 'ok', DEADLINE_MS)
    await settleFleet(devices, hub, DEADLINE_MS)
    expect(await hub.stop()).toBe(0)
    const check = checkHistory(data.folder, devices)
    expect(check.faults).toEqual([])
    expect(check.stored).toBe(check.acknowledged)
  })

  it('already at its start starts all the same, and opens it when it is let go', async () => {
    await (await startHub(data)).stop()
    const other = await locker('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE')
    const hub = await startHub(data)
    closing.push(() => hub.kill())
    const { state, problems } = await healthOf(hub)
    expect({ state, problems }).toMatchObject({
      state: 'degraded',
      problems: [{ code: 'database_locked', message: expect.stringContaining(`process ${other.pid}`) }],
    })
    // Who opens the page meanwhile is told the same, and is no second trouble.
    const session = await askHttps(hub.ports.https, '/session', {
      headers: { cookie: `__Host-lares=${'a'.repeat(43)}` },
    })
    expect(session.status).toBe(503)
    expect(session.text).toContain('database_locked')
    expect((await healthOf(hub)).problems).toHaveLength(1)
    await other.letGo()
    await eventually(async () => (await healthOf(hub)).state === 'ok', DEADLINE_MS)
    expect(await within(DEADLINE_MS, createDevices(hub.ports.socket, 1))).toHaveLength(1)
    expect(await hub.stop()).toBe(0)
  })
})
