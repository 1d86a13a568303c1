import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Agent } from '../../../edge/agent.ts'
import { configSchema } from '../../../edge/config/schema.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../../edge/link/device-identity.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { makeCertificate } from '../certificate.ts'
import { HubDouble } from '../hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()

/** A whole agent with a relay and a dimmer, joined to a hub behind real TLS and MQTT. */
async function setUp(config: Record<string, unknown> = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lares-outputs-'))
  const clock = new ManualClock()
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  await hub.start()
  writeDeviceIdentity(dataFolder, {
    ...{ device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0 },
    ...{ addresses: [hub.address], pin: certificate.pin, base: 'lares' },
  })
  const agent = new Agent({
    dataFolder,
    config: configSchema.parse({
      agent: { default_sensors: false },
      gpio: { backend: 'simulated' },
      outputs: { pump: { type: 'relay', pin: 17, name: 'Pump' }, shelf: { type: 'dimmer', pin: 18 } },
      ...config,
    }),
    configFile: null,
    env: {},
    machine: systemMachine({ clock }),
    clock,
    log: silentLog,
    boot: 'boot-1',
    version: '0.1.0',
    random: () => 0.5,
  })
  onTestFinished(async () => {
    await agent.stop()
    await hub.stop()
    rmSync(dataFolder, { recursive: true, force: true })
  })
  /** Lets time pass, little by little, until it is so. */
  const until = (what: string, condition: () => boolean, stepMs = 200) =>
    hub.until(what, () => {
      clock.advance(stepMs)
      return condition()
    })
  const online = (births = 1) =>
    until('it is online', () => hub.values('birth').length >= births && agent.status().link.state === 'online')
  const levels = (sensor: string) =>
    hub.values('readings').flatMap(({ items }) => items.flatMap((item) => (item.sensor === sensor ? [item.value] : [])))
  const results = () =>
    hub.values('result').map(({ id, ok, value, error }) => ({ id, ok, ...(ok ? { value } : { error }) }))
  let commands = 0
  const command = async (params: Record<string, string | number>, expires_in_ms?: number) => {
    commands += 1
    const id = `c${commands}`
    hub.send('command', { id, name: 'switch', params, ...(expires_in_ms === undefined ? {} : { expires_in_ms }) })
    await until(`${id} is answered`, () => hub.values('result').some((result) => result.id === id))
    return hub.values('result').findLast((result) => result.id === id)
  }
  const state = (key: string) => agent.status().outputs?.find((output) => output.key === key)?.state
  return { agent, hub, until, online, levels, results, command, state }
}

describe('an agent with outputs', () => {
  it('introduces them like sensors, tells their state, and switches what the hub names', async () => {
    const { agent, hub, online, until, levels, command, state } = await setUp()
    await agent.start()
    await online()
    expect(hub.values('birth')[0]).toMatchObject({
      capabilities: ['sensors', 'outputs'],
      partial: false,
      sensors: [
        { key: 'pump', kind: 'switch', unit: '', name: 'Pump' },
        { key: 'shelf', kind: 'dimmer', unit: '%', name: 'shelf' },
      ],
    })
    expect(await command({ output: 'pump', state: 'on' })).toMatchObject({
      ok: true,
      lane: 'urgent',
      value: { output: 'pump', state: 'on' },
    })
    expect(await command({ output: 'shelf', percent: 40, for_s: 600 })).toMatchObject({
      value: { state: 'on', percent: 40, safe_in_s: expect.any(Number) },
    })
    await until('the hub knows their states', () => levels('pump').at(-1) === 1 && levels('shelf').at(-1) === 40)
    expect([levels('pump'), levels('shelf')]).toEqual([
      [0, 1],
      [0, 40],
    ])
    expect([state('pump'), state('shelf')]).toEqual(['on', '40 %'])
    expect(await command({ output: 'lamp', state: 'on' })).toMatchObject({
      ok: false,
      error: { code: 'not_found', message: expect.stringContaining('it has pump, shelf') },
    })
    expect(agent.status()).toMatchObject({ sensors: 0, missing: [] })
  })

  it('runs a command that comes twice once', async () => {
    const { agent, hub, online, until, results, state } = await setUp()
    await agent.start()
    await online()
    const toggle = { id: 'twice', name: 'switch', params: { output: 'pump', state: 'toggle' }, expires_in_ms: 60_000 }
    hub.send('command', toggle)
    hub.send('command', toggle)
    await until('it is answered', () => results().length >= 1)
    hub.send('command', { ...toggle, id: 'after', name: 'ping', params: {} })
    await until('so is what came after it', () => results().some(({ id }) => id === 'after'))
    expect(state('pump')).toBe('on')
    expect(
      new Set(
        results()
          .filter(({ id }) => id === 'twice')
          .map(({ ok }) => ok),
      ),
    ).toEqual(new Set([true]))
  })

  it('makes them safe when the hub is gone for a minute, says so when it is back, and leaves them so', async () => {
    const { agent, hub, online, until, levels, command, state } = await setUp()
    await agent.start()
    await online()
    await command({ output: 'pump', state: 'on' })
    await hub.stop()
    await until('the loss is noticed', () => agent.status().link.state !== 'online')
    expect(state('pump')).toBe('on')
    await until('it is safe', () => state('pump') === 'off', 1_000)
    await hub.start()
    await until(
      'the hub is told',
      () => hub.values('event').some(({ type }) => type === 'output_safe') && levels('pump').length >= 3,
      500,
    )
    expect(hub.values('event').find(({ type }) => type === 'output_safe')).toMatchObject({
      severity: 'warning',
      sensor: 'pump',
      data: { output: 'pump', reason: 'hub_loss' },
    })
    expect([levels('pump'), state('pump')]).toEqual([[0, 1, 0], 'off'])
    expect(await command({ output: 'pump', state: 'on' })).toMatchObject({ ok: true })
  })

  it('makes them safe before it stops anything else, and the hub hears of it', async () => {
    const { agent, hub, online, until, levels, command } = await setUp()
    await agent.start()
    await online()
    await command({ output: 'pump', state: 'on' })
    await until('it is told', () => levels('pump').at(-1) === 1)
    await agent.stop()
    await hub.until('the hub knows that it is off', () => levels('pump').at(-1) === 0)
  })

  it('goes on without one that is wrong or broken, and names it', async () => {
    const { agent, hub, online, until, command, state } = await setUp({
      gpio: { backend: 'simulated', status_led: 17 },
      sensors: { shelf: { driver: 'simulated', interval_s: 1 } },
      outputs: {
        pump: { type: 'relay', pin: 17 },
        valve: { type: 'relay', pin: 60 },
        shelf: { type: 'dimmer', pin: 18 },
      },
    })
    await agent.start()
    await online()
    await until('the alarm is told', () => hub.values('event').some(({ type }) => type === 'output_failing'))
    const missing = () => agent.status().missing.map(({ part, reason }) => `${part}: ${reason}`)
    expect(missing()).toEqual([
      expect.stringMatching(/^introduction: 1 sensor is not taken: shelf\. shelf: is an output here/),
      expect.stringContaining(
        'output pump: the configuration: [outputs.pump] pin: GPIO17 is that of [gpio] status_led',
      ),
      expect.stringContaining('output valve: GPIO60 is no pin of this machine'),
    ])
    // What was left out may be there all the same: nothing is to be retired.
    expect(hub.values('birth')[0]).toMatchObject({
      partial: true,
      sensors: [{ key: 'valve' }, { key: 'shelf', kind: 'dimmer' }],
    })
    expect(await command({ output: 'valve', state: 'on' })).toMatchObject({ ok: false, error: { code: 'bad_config' } })
    expect(await command({ output: 'shelf', state: 'on' })).toMatchObject({ ok: true })
    expect(state('shelf')).toBe('100 %')
    // No value of the sensor with its key is taken for its state.
    await until('time passes', () => hub.values('heartbeat').length >= 3, 1_000)
    const values = hub.values('readings').flatMap(({ items }) => items.filter(({ sensor }) => sensor === 'shelf'))
    expect(new Set(values.map(({ value }) => value))).toEqual(new Set([0, 100]))
  })
})
