import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Agent } from '../../edge/agent.ts'
import type { AgentOptions } from '../../edge/agent-options.ts'
import type { EdgeConfig } from '../../edge/config/schema.ts'
import { configSchema } from '../../edge/config/schema.ts'
import { controlSocket } from '../../edge/control/control-socket.ts'
import { askLogLevel } from '../../edge/control/log-level-command.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { joinHub } from '../../edge/link/join.ts'
import { ManualClock } from '../../shared/clock.ts'
import { formatJoinToken } from '../../shared/join-token.ts'
import { silentLog } from '../../shared/log.ts'
import { logBoard } from '../../shared/log-board.ts'
import { makeCertificate } from './certificate.ts'
import { HubDouble } from './hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const SIMULATED = { driver: 'simulated', pattern: 'wave', period_s: 60, interval_s: 1 }

async function setUp(config: Record<string, unknown> = {}, options: { clock?: ManualClock; dataFolder?: string } = {}) {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'lares-agent-'))
  if (!options.dataFolder) stops.push(() => rmSync(dataFolder, { recursive: true, force: true }))
  const clock = options.clock ?? new ManualClock()
  const parsed: EdgeConfig = configSchema.parse({
    agent: { default_sensors: false },
    sensors: { room: SIMULATED },
    ...config,
  })
  const agentOptions: AgentOptions = {
    dataFolder,
    config: parsed,
    configFile: null,
    env: {},
    machine: systemMachine({ clock }),
    clock,
    log: silentLog,
    boot: 'boot-1',
    version: '0.1.0',
    random: () => 0.5,
  }
  const agent = new Agent(agentOptions)
  stops.push(() => agent.stop())
  /** Lets time pass second by second, and what waits for sockets and files between. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { agent, agentOptions, clock, dataFolder, pass }
}

async function startHub(): Promise<HubDouble> {
  const hub = new HubDouble({
    certificate,
    device: DEVICE,
    secret: SECRET,
    joinCode: 'the-code',
    join: () => ({ ok: true, device: DEVICE, name: 'Kitchen' }),
  })
  await hub.start()
  stops.push(() => hub.stop())
  return hub
}

function giveIdentity(dataFolder: string, hub: HubDouble): void {
  const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
  writeDeviceIdentity(dataFolder, { device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0, ...where })
}

describe('the agent', () => {
  it('samples into its outbox without having joined, and says that this is missing', async () => {
    const { agent, pass } = await setUp()
    await agent.start()
    await pass(20)
    const status = agent.status()
    expect(status.link.state).toBe('not_joined')
    expect(status.heartbeat?.outbox.rows).toBeGreaterThan(10)
    expect(status.missing).toEqual([{ part: 'hub', reason: expect.stringContaining('lares edge join') }])
  })

  it('sends what it sampled alone once it is joined, without a restart', async () => {
    const { agent, clock, dataFolder, pass } = await setUp()
    const hub = await startHub()
    await agent.start()
    await pass(20)
    giveIdentity(dataFolder, hub)
    await hub.until('the hub has the readings', () => {
      clock.advance(500)
      return hub.values('readings').length >= 15 && hub.values('heartbeat').length > 0
    })
    expect(hub.values('birth')[0]).toMatchObject({
      connects: 1,
      capabilities: ['sensors'],
      sensors: [{ key: 'room', kind: 'temperature', unit: '°C' }],
    })
    expect(hub.values('event')).toContainEqual(expect.objectContaining({ type: 'agent_started' }))
    expect(agent.status().missing).toEqual([])
  })

  it('joins with a token and writes nothing of its secret where others read', async () => {
    const { agent, dataFolder, clock } = await setUp()
    const hub = await startHub()
    const token = formatJoinToken({ addresses: [hub.address], pin: certificate.pin, code: 'the-code' })
    const identity = await joinHub(token, { dataFolder, clock, agent: '0.1.0', hardware: null })
    await agent.start()
    await hub.until('a status was left', () => {
      clock.advance(500)
      return existsSync(join(dataFolder, 'agent.json'))
    })
    expect(JSON.stringify(agent.status())).not.toContain(identity.secret)
    expect(readFileSync(join(dataFolder, 'agent.json'), 'utf8')).not.toContain(identity.secret)
    expect(statSync(join(dataFolder, 'identity.json')).mode & 0o077).toBe(0)
  })

  it('keeps one agent per data folder', async () => {
    const { agent, agentOptions } = await setUp()
    await agent.start()
    await expect(new Agent(agentOptions).start()).rejects.toMatchObject({ code: 'already_running' })
    await agent.stop()
    const next = new Agent(agentOptions)
    stops.push(() => next.stop())
    await next.start()
  })

  it('goes on without pins and without a microphone, and names both', async () => {
    const { agent, pass } = await setUp({
      gpio: { backend: 'onoff', talk_button: { pin: 17 }, base: 99_000 },
      microphone: { enabled: true, device: 'plughw:CARD=missing,DEV=0' },
    })
    await agent.start()
    await pass(30)
    const parts = agent.status().missing.map(({ part }) => part)
    expect(parts).toContain('gpio')
    expect(agent.status().heartbeat?.outbox.rows).toBeGreaterThan(10)
  })

  it('goes on without a table of sensors that is wrong, and names it', async () => {
    const { agent, clock, dataFolder } = await setUp({ sensors: { room: { driver: 'simulatd' }, hall: SIMULATED } })
    const hub = await startHub()
    giveIdentity(dataFolder, hub)
    await agent.start()
    const wrong = agent.status().missing.find(({ part }) => part === 'sensor room')
    expect(wrong?.reason).toContain('Did you mean simulated?')
    await hub.until('the hub is told, and has the other', () => {
      clock.advance(500)
      const told = hub.values('event').some(({ data }) => data?.source === 'room')
      return told && hub.values('readings').length > 0
    })
    // What the table would have measured is not known: nothing of it may be retired.
    expect(hub.values('birth').at(-1)).toMatchObject({ sensors: [{ key: 'hall' }], partial: true })
  })

  it('sets a damaged outbox aside, begins a new one and says so', async () => {
    const { agent, dataFolder, pass } = await setUp()
    writeFileSync(
      join(dataFolder, 'outbox.db'),
      'this is no database, and longer than a header of one hundred bytes. '.repeat(20),
    )
    await agent.start()
    await pass(5)
    expect(agent.status().heartbeat?.outbox.rows).toBeGreaterThan(3)
    expect(agent.status().missing).toEqual([
      expect.objectContaining({ part: 'hub' }),
      expect.objectContaining({ part: 'outbox', reason: expect.stringContaining('outbox.db.damaged-') }),
    ])
  })

  it('answers the commands of the hub, and takes and reports its settings', async () => {
    const { agent, dataFolder, clock } = await setUp()
    const hub = await startHub()
    giveIdentity(dataFolder, hub)
    hub.desired = {
      version: 7,
      name: 'Kitchen',
      settings: {
        heartbeat_s: 5,
        sensors: { room: { interval_s: 5 } },
        talk_trigger: 'button',
        volume: 40,
        paths: '/etc',
      },
      persona: null,
    }
    await agent.start()
    const tick = (condition: () => boolean) => () => {
      clock.advance(200)
      return condition()
    }
    await hub.until(
      'settings were reported',
      tick(() => hub.values('reported').length > 0),
    )
    expect(hub.values('reported')[0]).toMatchObject({
      version: 7,
      settings: { heartbeat_s: 5, sensors: { room: { interval_s: 5 } } },
      refused: [{ key: 'talk_trigger' }, { key: 'volume', reason: 'this device has no speaker' }, { key: 'paths' }],
    })
    hub.send('command', { id: 'c1', name: 'ping', params: {}, expires_in_ms: 60_000 })
    hub.send('command', { id: 'c2', name: 'identify', params: {}, expires_in_ms: 60_000 })
    hub.send('command', { id: 'c3', name: 'doctor', params: {}, expires_in_ms: 60_000 })
    await hub.until(
      'all were answered',
      tick(() => hub.values('result').length === 3),
    )
    expect(hub.values('result')).toMatchObject([
      { id: 'c1', ok: true, lane: 'urgent' },
      { id: 'c2', ok: false, error: { code: 'device_missing' } },
      { id: 'c3', ok: true, value: { ok: true, sensors: 1, missing: [] } },
    ])
  })

  it('says how much its parts say in the log, and changes it for whoever asks on its machine', async () => {
    const { agent, dataFolder } = await setUp()
    stops.push(() => logBoard.unset('link'))
    await agent.start()
    expect(await askLogLevel([dataFolder], { part: 'link', level: 'debug', json: false })).toMatch(
      /^link: debug, until/,
    )
    expect(agent.status().log_levels).toEqual([{ part: 'link', level: 'debug', until: null }])
    expect(logBoard.allows('link', 'debug')).toBe(true)
    expect(readFileSync(join(dataFolder, 'agent.json'), 'utf8')).toContain('"log_levels":[{"part":"link"')
    await agent.stop()
    expect(existsSync(controlSocket(dataFolder))).toBe(false)
  })

  it('tells when its wall clock was set', async () => {
    const { agent, dataFolder, clock } = await setUp({}, { clock: new ManualClock(60_000, 60_000) })
    const hub = await startHub()
    giveIdentity(dataFolder, hub)
    await agent.start()
    clock.jump(1_795_000_000_000)
    await hub.until('the hub knows', () => {
      clock.advance(1_000)
      return hub.values('event').some(({ type }) => type === 'clock_set')
    })
    const [first] = hub.values('readings')
    expect(first?.items[0]?.at).toBeLessThan(1_000_000)
    expect(first?.items[0]?.mono).toBeLessThanOrEqual(first?.sent?.mono ?? 0)
  })

  it('shows itself with its light when the hub asks for it', async () => {
    const { agent, dataFolder, clock } = await setUp({ gpio: { backend: 'simulated', status_led: { pin: 22 } } })
    const hub = await startHub()
    giveIdentity(dataFolder, hub)
    await agent.start()
    hub.desired = null
    await hub.until('connected', () => {
      clock.advance(200)
      return hub.values('birth').length === 1 && agent.status().link.state === 'online'
    })
    hub.send('command', { id: 'c1', name: 'identify', params: { seconds: 3 }, expires_in_ms: 60_000 })
    await hub.until('it blinked', () => hub.values('result').length === 1)
    expect(hub.values('result')).toMatchObject([{ id: 'c1', ok: true, value: { seconds: 3 } }])
    expect(hub.values('birth')[0]?.capabilities).toEqual(['sensors', 'status_light'])
  })

  it('stops within its time and leaves nothing running', async () => {
    const { agent, dataFolder } = await setUp()
    const hub = await startHub()
    giveIdentity(dataFolder, hub)
    await agent.start()
    await hub.until('connected', () => hub.online === 1)
    await agent.stop()
    await hub.until('it said goodbye', () => hub.online === 0)
    expect(hub.wills).toEqual([])
  })
})
