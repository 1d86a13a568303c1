import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Agent } from '../../edge/agent.ts'
import type { AgentOptions } from '../../edge/agent-options.ts'
import { configSchema } from '../../edge/config/schema.ts'
import { runDoctor } from '../../edge/doctor/doctor.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { configureSource } from '../../edge/sensors/configure.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { introducible } from '../../shared/introduced-sensors.ts'
import type { Log } from '../../shared/log.ts'
import { turns } from '../hub/broker/broker-under-test.ts'
import { makeCertificate } from './certificate.ts'
import { HubDouble } from './hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const SHARED = { type: 'identity_shared', severity: 'error', since: 0, part: null, description: 'two' } as const
const certificate = makeCertificate()

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const SIMULATED = { driver: 'simulated', pattern: 'wave', period_s: 60, interval_s: 1 }

/** An agent that has joined a hub, with as many sensors as are asked for. */
async function setUp(sensors: Record<string, unknown>, prepare: (hub: HubDouble) => void = () => {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lares-introduction-'))
  stops.push(() => rmSync(dataFolder, { recursive: true, force: true }))
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  prepare(hub)
  await hub.start()
  stops.push(() => hub.stop())
  const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
  writeDeviceIdentity(dataFolder, { device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0, ...where })
  const clock = new ManualClock()
  const warnings: string[] = []
  const warn = (fields: object, message: string) => void warnings.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug() {}, info() {}, warn, error: warn, part: () => log }
  const config = configSchema.parse({ agent: { default_sensors: false }, sensors })
  const machine = systemMachine({ clock })
  const options: AgentOptions = {
    ...{ dataFolder, config, configFile: null, env: {}, machine, clock, log },
    ...{ boot: 'boot-1', version: '0.1.0', random: () => 0.5 },
  }
  const agent = new Agent(options)
  stops.push(() => agent.stop())
  await agent.start()
  const doctor = () =>
    runDoctor({ dataFolder, config, configFile: null, clock: systemClock, machine, status: agent.status() })
  const readings = async (count: number) => {
    await hub.until(`${count} readings messages`, () => {
      clock.advance(500)
      return hub.values('readings').length >= count
    })
  }
  return { agent, hub, clock, readings, doctor, warnings }
}

describe('an agent that introduces itself', () => {
  it('with more sensors than a device may have sends the first 256 of its configuration, and says which are missing', async () => {
    const tables = Object.fromEntries(Array.from({ length: 258 }, (_, index) => [`s${1_000 - index}`, SIMULATED]))
    const { agent, hub, readings, doctor, warnings } = await setUp(tables)
    await readings(3)
    const [birth] = hub.values('birth')
    expect(birth?.sensors).toHaveLength(256)
    expect(birth?.partial).toBe(true)
    expect(birth?.sensors.at(-1)).toMatchObject({ key: 's745' })
    const sent = new Set(hub.values('readings').flatMap(({ items }) => items.map(({ sensor }) => sensor)))
    expect([sent.has('s745'), sent.has('s744'), sent.has('s743')]).toEqual([true, false, false])
    const named = expect.stringContaining('2 sensors are not taken: s744, s743')
    const hint = expect.stringContaining('remove the table')
    expect(agent.status().missing).toContainEqual({ part: 'introduction', reason: named, hint })
    expect(await doctor()).toContainEqual({ check: 'introduction', state: 'problem', says: named, mend: hint })
    expect(warnings.join('\n')).toContain('s744, s743')
  })

  it('never with half a character at the end of a name that was too long', () => {
    const values = { a: { kind: 'temperature', name: `${'n'.repeat(91)}🏠` } }
    const table = { driver: 'command', command: ['true'], name: 'Kitchen', values }
    const { source } = configureSource('oven', table, systemMachine({ clock: new ManualClock() }))
    expect(source.sensors[0]?.name).toBe(`Kitchen ${'n'.repeat(91)}`)
    expect(introducible(source.sensors).refused).toEqual([])
  })

  it('and is refused goes on sending what it measures, and says so in status, doctor and log', async () => {
    const { agent, hub, readings, doctor, warnings } = await setUp({ room: SIMULATED })
    hub.refuseBirths = 'hardware: Invalid input'
    await readings(3)
    expect(hub.values('birth')).toHaveLength(1)
    const told = expect.stringContaining('hardware: Invalid input')
    expect(agent.status().missing).toContainEqual({ part: 'introduction', reason: told, hint: 'Mend it.' })
    expect(await doctor()).toContainEqual(
      expect.objectContaining({ check: 'introduction', says: told, mend: 'Mend it.' }),
    )
    expect(warnings.join('\n')).toContain('hardware: Invalid input')
  })

  it('says that it does not name all as long as a source is still looking for its sensors', async () => {
    const { hub, readings } = await setUp({ room: SIMULATED, chip: { driver: 'iio', interval_s: 60 } })
    await readings(1)
    expect(hub.values('birth')[0]).toMatchObject({ partial: true })
  })

  it('names all when it knows all', async () => {
    const { hub, agent, readings } = await setUp({ room: SIMULATED })
    await readings(1)
    expect(hub.values('birth')[0]).toMatchObject({ partial: false })
    expect(agent.status().missing.filter(({ part }) => part === 'introduction')).toEqual([])
  })
})

describe('an agent whose identity another machine uses', () => {
  it('says so with the remedy in status, doctor and log, and keeps away instead of coming back at once', async () => {
    const { agent, hub, clock, readings, doctor, warnings } = await setUp({ room: SIMULATED })
    await readings(1)
    const reason = 'two machines use this identity in turns: 192.168.1.5 and 192.168.1.9'
    hub.send('rejected', {
      ...{ topic: `lares/${DEVICE}/birth`, code: 'identity_shared', reason },
      ...{ hint: 'Join again: lares edge join <token> --again.', at: 0 },
    })
    const told = expect.stringContaining('192.168.1.9')
    const hint = expect.stringContaining('lares edge join <token> --again')
    await hub.until('it is known', () => agent.status().missing.length > 0)
    expect(agent.status().missing).toEqual([{ part: 'identity', reason: told, hint }])
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'identity', says: told, mend: hint }))
    expect(warnings.join('\n')).toContain('another machine uses the identity of this one')
    hub.send('status', { status: 'error', reason: 'identity_shared', since: 0, alarms: [SHARED] })
    await turns(20)
    expect(agent.status().missing).toEqual([{ part: 'identity', reason: told, hint }])
    hub.cut()
    await hub.until('it is offline', () => agent.status().link.state === 'offline')
    expect(agent.status().link).toMatchObject({ code: 'identity_shared', reason: told })
    const { connections } = hub
    clock.advance(290_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(agent.status().link.state).toBe('offline')
    await hub.until('it comes back', () => {
      clock.advance(1_000)
      return hub.connections > connections
    })
  })
})

describe('an agent that has its identity for itself again', () => {
  it('says so no longer, as soon as the hub knows', async () => {
    const { agent, hub, readings } = await setUp({ room: SIMULATED })
    await readings(1)
    const rejected = { topic: `lares/${DEVICE}/birth`, code: 'identity_shared', reason: 'two', hint: 'h', at: 0 }
    hub.send('rejected', rejected)
    await hub.until('it is known', () => agent.status().missing.length > 0)
    hub.send('status', { status: 'online', reason: 'connected', since: 0 })
    await hub.until('it is over', () => agent.status().missing.length === 0)
  })
})

describe('an agent that meets a hub of another version', () => {
  it('says which of the two is too old, and with which command it is upgraded', async () => {
    const { agent, hub, readings, doctor } = await setUp({ room: SIMULATED })
    await readings(1)
    const says = (version: string, oldest_agent: string) =>
      hub.publishRaw('lares/hub/info', JSON.stringify({ version, oldest_agent, started: 1, joining_until: null }))
    says('9.0.0', '0.2.0')
    await hub.until('it is known', () => agent.status().missing.length > 0)
    const told = expect.stringMatching(/this agent has version 0\.1\.0.* 0\.2\.0 /)
    const hint = expect.stringMatching(/this machine: .*sudo scripts\/upgrade/)
    expect(agent.status().missing).toEqual([{ part: 'version', reason: told, hint }])
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'version', says: told, mend: hint }))
    says('0.0.9', '0.0.1')
    await hub.until('the other is known', () => agent.status().missing[0]?.reason.startsWith('the hub') === true)
    expect(agent.status().missing[0]).toMatchObject({
      reason: expect.stringContaining('the hub has version 0.0.9'),
      hint: expect.stringContaining('Upgrade the hub, on its machine'),
    })
    says('0.1.0', '0.1.0')
    await hub.until('they fit', () => agent.status().missing.length === 0)
  })

  it('goes on with one that does not offer all it would listen to', async () => {
    const { agent, hub, readings } = await setUp({ room: SIMULATED }, (double) => {
      double.refusedFilters.add('lares/hub/info').add(`lares/${DEVICE}/rejected`)
    })
    await readings(1)
    expect(agent.status().link.state).toBe('online')
    expect(hub.connections).toBe(1)
  })
})
