import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'
import { WholeAgent } from './lib/whole-agent.ts'

const LONG_MS = 60_000

interface Shown {
  device: { id: string; last_error: string | null }
  alarms: { part: string | null; description: string; since: number }[]
}

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess
let admin: LocalAdmin
let agent: WholeAgent

beforeEach(async () => {
  data = makeDataFolder()
  hub = await startHub({ folder: data.folder })
  admin = await LocalAdmin.open(hub.ports.socket)
  agent = new WholeAgent(join(data.scratch, 'cellar'), 'probe')
})
afterEach(async () => {
  await agent.stop('SIGKILL')
  admin.close()
  await hub.kill()
  data.remove()
})

async function listed(): Promise<{ id: string; alarms: string[] }> {
  const { devices } = await admin.call<{ devices: { id: string; alarms: string[] }[] }>('devices', 'list')
  return devices[0] ?? { id: '', alarms: [] }
}

const shown = async () => await admin.call<Shown>('devices', 'show', { device: (await listed()).id })
const problems = async () => (await healthOf(hub)).problems.filter(({ code }) => code === 'device_alarm')

describe('an agent whose sensor fails', () => {
  it('is shown as such by the hub, over a restart of the hub, until the sensor works again', async () => {
    agent.measure('echo "the probe is unplugged" >&2; exit 3')
    const { token } = await admin.call<{ token: string }>('devices', 'invite', { name: 'Cellar' })
    expect(await agent.edge('join', token)).toMatchObject({ code: 0 })
    agent.run()
    const unplugged = expect.stringContaining('the probe is unplugged')
    await eventually(async () => (await shown()).alarms.length > 0, LONG_MS)
    const { alarms } = await shown()
    expect(alarms).toMatchObject([{ part: 'probe', description: unplugged }])
    expect((await listed()).alarms).toEqual([unplugged])
    expect(await problems()).toMatchObject([
      { message: expect.stringMatching(/Cellar.*the probe is unplugged.*since/) },
    ])

    admin.close()
    expect(await hub.stop()).toBe(0)
    hub = await startHub({ folder: data.folder, hubArguments: ['--tls', `127.0.0.1:${hub.ports.tls}`] })
    admin = await LocalAdmin.open(hub.ports.socket)
    expect((await shown()).alarms).toEqual(alarms)
    await eventually(async () => (await problems()).length === 1)

    agent.measure('echo 21.5')
    await eventually(async () => (await shown()).alarms.length === 0, LONG_MS)
    await eventually(async () => (await problems()).length === 0)
    expect((await shown()).device.last_error).toEqual(unplugged)
  })
})
