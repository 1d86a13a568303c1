import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { readHubPorts } from '../../shared/hub-ports.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, makeFleet, progress, runFleet, settleFleet, within } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'
import { seededRandom } from './lib/seeded-random.ts'
import type { TestDevice } from './lib/test-device.ts'

let data: ReturnType<typeof makeDataFolder>
let running: HubProcess | null = null

beforeEach(() => {
  data = makeDataFolder()
})
afterEach(async () => {
  await running?.kill()
  running = null
  data.remove()
})

async function start(config = 'log = "warn"\n'): Promise<HubProcess> {
  running = await startHub({ folder: data.folder, config })
  return running
}

async function sends(hub: HubProcess, device: TestDevice, messages: number): Promise<void> {
  const closed = runFleet([device], hub)
  await within(60_000, progress([device], messages))
  device.close()
  await closed
  await settleFleet([device], hub)
}

async function houseWithDevice(): Promise<TestDevice> {
  const hub = await start()
  const [device] = await makeFleet(hub, 1, seededRandom(3))
  if (!device) throw new Error('no device was made')
  await sends(hub, device, 50)
  expect(await hub.stop()).toBe(0)
  return device
}

function inDatabase(sql: string): void {
  const db = new Sqlite(join(data.folder, 'hub.db'))
  db.exec(sql)
  db.close()
}

describe('a hub of which one part fails', () => {
  it('takes messages all the same when a row keeps a feature from starting, and says which and why', async () => {
    const device = await houseWithDevice()
    inDatabase(
      'CREATE TRIGGER bad BEFORE UPDATE ON turns BEGIN ' +
        "SELECT RAISE(ABORT, 'a row of another age'); END; " +
        "INSERT INTO sessions (id, device_id, persona_id, persona_version, created_at, updated_at) SELECT 's', id, 'companion', '1.0.0', 1, 1 FROM devices; " +
        "INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) SELECT 'd/t', 's', id, 'open', 1, 1, 1 FROM devices;",
    )
    const hub = await start()
    await sends(hub, device, 50)
    await eventually(async () => (await healthOf(hub)).problems.some(({ code }) => code === 'part_failed'))
    const { problems } = await healthOf(hub)
    expect(problems.find(({ code }) => code === 'part_failed')?.message).toContain('"sessions" failed')
    expect(hub.log().match(/a part of the house failed/g)).toHaveLength(1)
    expect(await hub.stop()).toBe(0)
  })

  it('refuses devices with CONNACK 3 and stays up to say so when it cannot know its devices', async () => {
    const device = await houseWithDevice()
    inDatabase(
      "UPDATE devices SET status = 'online'; " +
        "CREATE TRIGGER bad BEFORE UPDATE ON devices BEGIN SELECT RAISE(ABORT, 'a row of another age'); END;",
    )
    const hub = await start()
    await within(60_000, runFleet([device], hub))
    expect(device.connack).toBe(3)
    expect((await healthOf(hub)).problems).toContainEqual(
      expect.objectContaining({ code: 'internal', message: expect.stringContaining('a row of another age') }),
    )
    expect(await hub.stop()).toBe(0)
  })

  it('takes messages all the same when features fail as they are loaded or opened beside the broker, and names them', async () => {
    const device = await houseWithDevice()
    const broken = join(import.meta.dirname, 'front-fails/with-broken-fronts.ts')
    const hub = await startHub({ folder: data.folder, env: { NODE_OPTIONS: `--import ${broken}` } })
    running = hub
    await sends(hub, device, 50)
    const { problems } = await healthOf(hub)
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      expect.stringContaining('part_failed: the feature "unloadable" failed'),
      expect.stringContaining('part_failed: the feature "unopenable" failed'),
    ])
    expect(await hub.stop()).toBe(0)
  })

  /** Another program's port; resolves to what frees it. */
  async function takenPort(): Promise<{ port: number; free(): Promise<void> }> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { port, free: () => new Promise((resolve) => server.close(() => resolve())) }
  }

  it('serves devices when its web port is taken, and answers there once it is free', async () => {
    const device = await houseWithDevice()
    const { port, free } = await takenPort()
    running = await startHub({ folder: data.folder, config: 'log = "warn"\n', http: `127.0.0.1:${port}` })
    await sends(running, device, 50)
    expect(running.log()).toContain('a part did not start')
    expect(readHubPorts(data.folder)?.http).toBe(port)
    await free()
    const hub = running
    await eventually(
      () =>
        healthOf(hub).then(
          () => true,
          () => false,
        ),
      30_000,
    )
    expect(await hub.stop()).toBe(0)
  })

  it.each(['tls', 'plain', 'https'] as const)(
    'serves those who come another way when its %s port is taken, says so, and opens it once it is free',
    async (door) => {
      const device = await houseWithDevice()
      const { port, free } = await takenPort()
      const hubArguments = [`--${door}`, `127.0.0.1:${port}`]
      const hub = await startHub({ folder: data.folder, config: 'log = "warn"\n', hubArguments })
      running = hub
      const { state, problems } = await healthOf(hub)
      expect([state, problems]).toEqual([
        'attention',
        [expect.objectContaining({ code: 'cannot_listen', message: expect.stringContaining(`127.0.0.1:${port}`) })],
      ])
      if (door !== 'plain') await sends(hub, device, 50)
      await free()
      await eventually(async () => (await healthOf(hub)).state === 'ok', 30_000)
      if (door === 'plain') await sends(hub, device, 50)
      expect(await hub.stop()).toBe(0)
    },
  )

  it('ends, and names the port, when no device could reach it at all', async () => {
    const [one, other] = [await takenPort(), await takenPort()]
    const hubArguments = ['--tls', `127.0.0.1:${one.port}`, '--plain', `127.0.0.1:${other.port}`]
    await expect(startHub({ folder: data.folder, hubArguments })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${one.port}: another program listens there`,
    )
    await Promise.all([one.free(), other.free()])
  })
})
