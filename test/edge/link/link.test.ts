import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { DeviceIdentity } from '../../../edge/link/device-identity.ts'
import { Link } from '../../../edge/link/link.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { LANES } from '../../../edge/outbox/rows.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Log } from '../../../shared/log.ts'
import type { Command } from '../../../shared/messages/command.ts'
import type { Desired } from '../../../shared/messages/desired.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { makeCertificate } from '../certificate.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'
import { HubDouble } from '../hub-double.ts'

const SECRET = 'canary-pV7sVQk1Zt6bq8J3dJ4yG0w2m5n8R1t4u7X0'.slice(0, 43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()

const WEEK_MS = 7 * 24 * 3_600_000
/** One in five minutes: many times what is under way at once. */
const ROWS_OF_A_WEEK = WEEK_MS / 300_000

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A log that keeps its lines as text. */
function recordingLog() {
  const lines: string[] = []
  const keep = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, part: () => log }
  return { log, lines }
}

async function setUp(options: { db?: Database; hub?: HubDouble; clock?: ManualClock; secret?: string } = {}) {
  const hub = options.hub ?? new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  if (!options.hub) {
    await hub.start()
    stops.push(() => hub.stop())
  }
  const clock = options.clock ?? new ManualClock()
  const { log, lines } = recordingLog()
  const db = options.db ?? emptyEdgeDatabase()
  const outbox = new Outbox({ db, clock, boot: 'boot-1', log })
  const identity: DeviceIdentity = {
    device: DEVICE,
    secret: options.secret ?? SECRET,
    addresses: [hub.address],
    pin: certificate.pin,
    base: 'lares',
    name: 'Kitchen',
    joined_at: 0,
  }
  const commands: Command[] = []
  const desired: Desired[] = []
  let reachable = 0
  const link = new Link({
    identity,
    outbox,
    clock,
    log,
    boot: 'boot-1',
    birth: () => ({
      agent: '0.1.0',
      hardware: null,
      capabilities: ['sensors'],
      clock: { synced: null, source: null },
      sensors: [{ key: 'cpu', kind: 'temperature', unit: '°C', name: 'CPU' }],
    }),
    onCommand: (command) => commands.push(command),
    onDesired: (value) => {
      desired.push(value)
      link.reported({ version: value.version, settings: {}, refused: [] })
    },
    onReachable: () => {
      reachable += 1
    },
    random: () => 0.5,
  })
  stops.push(() => link.stop())
  const reading = (value: number) => outbox.readings([{ sensor: 'cpu', value, at: clock.now(), mono: clock.mono() }])
  const waiting = () => LANES.flatMap((lane) => outbox.waiting(lane, 0, 1)).length
  const values = () => hub.values('readings').flatMap((message) => message.items.map((item) => item.value))
  /** Lets back-off pass until the hub has been reached once more. */
  const reach = async () => {
    const before = reachable
    link.start()
    await hub.until('the hub is reached', () => {
      if (link.state.state === 'offline') clock.advance(1_000)
      return reachable > before
    })
  }
  return { hub, clock, outbox, db, link, log, lines, reading, waiting, values, reach, commands, desired }
}

describe('the link', () => {
  it('introduces itself, then sends what is written, and deletes it when the hub has it on disk', async () => {
    const { hub, clock, reach, reading, values, waiting, db } = await setUp()
    await reach()
    expect(hub.values('birth')).toMatchObject([{ connects: 1, boot: 'boot-1', sensors: [{ key: 'cpu' }] }])
    reading(21)
    await hub.until('acknowledged', () => waiting() === 0)
    expect(values()).toEqual([21])
    expect(hub.received.at(-1)).toMatchObject({ lane: 'live', seq: 1, client: DEVICE })
    clock.advance(1_000)
    expect(db.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(0)
  })

  it('sends nothing before the hub has answered the birth, and stamps both clocks when it sends', async () => {
    const { hub, clock, reach, reading, waiting } = await setUp()
    reading(20)
    const sampledAt = clock.mono()
    clock.advance(60_000)
    await reach()
    await hub.until('acknowledged', () => waiting() === 0)
    expect(hub.received[0]?.name).toBe('birth')
    const [message] = hub.values('readings')
    expect(message?.items[0]?.mono).toBe(sampledAt)
    expect(message?.sent?.mono).toBeGreaterThanOrEqual(sampledAt + 60_000)
  })

  it('sends urgent first, then live, and never lets live wait behind a week without the hub', async () => {
    const { hub, clock, outbox, reach, reading, waiting, values } = await setUp()
    for (let row = 0; row < ROWS_OF_A_WEEK; row += 1) {
      clock.advance(WEEK_MS / ROWS_OF_A_WEEK)
      reading(row)
    }
    outbox.event({ type: 'sensor_failing', severity: 'critical' }, { urgent: true })
    await reach()
    await hub.until('the replay is under way', () => hub.received.length > 500)
    reading(-1)
    const at = hub.received.length
    await hub.until('live has come through', () => hub.received.some((message) => message.lane === 'live'))
    const live = hub.received.findIndex((message) => message.lane === 'live')
    expect(live - at).toBeLessThan(60)
    await hub.until('all is acknowledged', () => waiting() === 0, 60_000)
    const names = hub.received.filter((message) => message.lane !== null).map((message) => message.lane)
    expect(names[0]).toBe('urgent')
    expect(values().filter((value) => value >= 0)).toEqual(Array.from({ length: ROWS_OF_A_WEEK }, (_, value) => value))
    expect(hub.received.filter((message) => message.duplicate)).toEqual([])
  }, 60_000)

  it('sends again from the start what was not acknowledged, and the hub has it once', async () => {
    const { hub, reach, reading, waiting, values } = await setUp()
    await reach()
    hub.holdAcks = true
    for (const value of [1, 2, 3]) reading(value)
    await hub.until('all arrived', () => hub.values('readings').length === 3)
    hub.holdAcks = false
    // the birth's ack says that they are on disk already: nothing needs to be sent again
    hub.cut()
    await reach()
    await hub.until('acknowledged', () => waiting() === 0)
    expect(values()).toEqual([1, 2, 3])
    expect(hub.wills).toEqual([{ connects: 1 }])
  })

  it('sends again what the hub received and forgot before it was on disk', async () => {
    const { hub, reach, reading, waiting, values } = await setUp()
    await reach()
    hub.poison = (message) => message.name === 'readings'
    for (const value of [1, 2, 3]) reading(value)
    await hub.until('the connection ends', () => hub.online === 0)
    hub.poison = null
    await reach()
    await hub.until('acknowledged', () => waiting() === 0)
    expect(values()).toEqual([1, 2, 3])
  })

  it('connects again when an ack does not come within 30 s', async () => {
    const { hub, clock, link, reach, reading, waiting } = await setUp()
    await reach()
    hub.holdAcks = true
    reading(1)
    await hub.until('it arrived', () => hub.values('readings').length === 1)
    clock.advance(31_000)
    await hub.until('it gave up', () => link.state.state === 'offline')
    expect(link.state.reason).toContain('acknowledged nothing for 30 s')
    hub.holdAcks = false
    await reach()
    await hub.until('acknowledged', () => waiting() === 0)
  })

  it('connects again when the hub does not answer the birth', async () => {
    const { hub, clock, link } = await setUp()
    hub.acknowledge = () => {}
    link.start()
    await hub.until('the birth arrived', () => hub.values('birth').length === 1)
    await hub.until('it counts as connected', () => link.state.state === 'online')
    clock.advance(30_000)
    await hub.until('it gave up', () => link.state.state === 'offline')
    expect(link.state.reason).toContain('did not answer the birth')
  })

  it('isolates the one row that ends the connection, sets it aside after three times, and delivers all others', async () => {
    const { hub, clock, link, outbox, reading, waiting, values } = await setUp()
    for (let value = 0; value < 20; value += 1) reading(value)
    hub.poison = (message) => message.name === 'readings' && message.seq === 7
    link.start()
    await hub.until('all others are acknowledged', () => {
      if (link.state.state === 'offline') clock.advance(1_000)
      return waiting() === 0
    })
    expect(values()).toEqual(Array.from({ length: 20 }, (_, value) => value).filter((value) => value !== 6))
    expect(outbox.status().parked).toBe(1)
    expect(hub.values('event')).toMatchObject([{ type: 'row_parked', lane: 'urgent', data: { seq: 7 } }])
  })

  it('goes on under a new epoch when its outbox is an old copy, and the hub gets every new row', async () => {
    const first = await setUp()
    await first.reach()
    first.reading(1)
    await first.hub.until('acknowledged', () => first.waiting() === 0)
    const copy = new Sqlite(first.db.serialize())
    for (const value of [2, 3, 4]) first.reading(value)
    await first.hub.until('acknowledged', () => first.waiting() === 0)
    await first.link.stop()
    const second = await setUp({ db: copy, hub: first.hub })
    for (let value = 10; value < 16; value += 1) second.reading(value)
    await second.reach()
    await second.hub.until('acknowledged', () => second.waiting() === 0)
    expect(second.values()).toEqual([1, 2, 3, 4, 10, 11, 12, 13, 14, 15])
    expect(second.hub.values('event')).toMatchObject([{ type: 'outbox_restored', data: { rows: 6 } }])
    expect(new Set(second.hub.values('birth').map((birth) => birth.epoch)).size).toBe(2)
  })

  it('takes rejected rows as handled and goes on', async () => {
    const { hub, clock, outbox, reach, reading, waiting, lines } = await setUp()
    await reach()
    hub.reject = (message) => message.seq === 2
    for (const value of [1, 2, 3]) reading(value)
    await hub.until('acknowledged', () => waiting() === 0)
    clock.advance(1_000)
    await hub.until('told what was refused', () => outbox.rejected === 1)
    expect(lines.join('\n')).toContain('bad_value')
  })

  it('keeps trying while the hub takes nobody in, and says why', async () => {
    const { hub, link, reach, waiting, reading } = await setUp()
    hub.connackCode = 3
    reading(1)
    link.start()
    await hub.until('refused', () => link.state.state === 'offline' && link.state.code === 'unreachable')
    expect(link.state.reason).toContain('takes nobody in')
    hub.connackCode = null
    await reach()
    await hub.until('acknowledged', () => waiting() === 0)
  })

  it('says that the hub does not know it when the secret is wrong', async () => {
    const { hub, link } = await setUp({ secret: 'x'.repeat(43) })
    link.start()
    await hub.until('refused', () => link.state.code === 'forbidden')
    expect(link.state.reason).toContain('Join again')
  })

  it('never writes its secret into the log, whatever goes wrong', async () => {
    const { hub, clock, link, reach, reading, waiting, lines } = await setUp()
    await reach()
    reading(1)
    await hub.until('acknowledged', () => waiting() === 0)
    hub.connackCode = 4
    hub.cut()
    await hub.until('refused', () => {
      if (link.state.state === 'offline') clock.advance(1_000)
      return link.state.code === 'forbidden'
    })
    await hub.stop()
    await hub.until('unreachable', () => {
      if (link.state.state === 'offline') clock.advance(1_000)
      return link.state.reason?.includes('ECONNREFUSED') ?? false
    })
    expect(lines.length).toBeGreaterThan(3)
    expect(`${lines.join('\n')}${JSON.stringify(link.state)}`).not.toContain(SECRET)
  })

  it('hands over commands and settings, but no retained command', async () => {
    const { hub, reach, commands, desired, lines } = await setUp()
    hub.send('command', { id: 'ghost', name: 'ping', params: {}, expires_in_ms: 1_000 }, true)
    hub.send('desired', { version: 3, name: 'Kitchen', settings: {}, persona: null }, true)
    await reach()
    hub.send('command', { id: 'c1', name: 'ping', params: {}, expires_in_ms: 1_000 })
    await hub.until('the command came', () => commands.length > 0)
    expect(commands.map((command) => command.id)).toEqual(['c1'])
    expect(desired).toMatchObject([{ version: 3 }])
    expect(lines.join('\n')).toContain('it was retained')
  })

  it('answers to settings that it is told while it connects', async () => {
    const { hub, reach } = await setUp()
    hub.send('desired', { version: 3, name: 'Kitchen', settings: {}, persona: null }, true)
    await reach()
    await hub.until('they are answered', () => hub.values('reported').length > 0)
    expect(hub.values('reported')).toMatchObject([{ version: 3 }])
  })

  it('survives nonsense from the hub', async () => {
    const { hub, reach, reading, waiting } = await setUp()
    await reach()
    for (const text of ['', '{', '[]', '{"epoch":1}']) {
      hub.publishRaw(`lares/${DEVICE}/ack`, text)
      hub.publishRaw(`lares/${DEVICE}/command`, text)
    }
    reading(1)
    await hub.until('acknowledged', () => waiting() === 0)
  })

  it('says goodbye when it stops: no will is published', async () => {
    const { hub, link, reach, reading } = await setUp()
    await reach()
    hub.holdAcks = true
    reading(1)
    await hub.until('it arrived', () => hub.values('readings').length === 1)
    await link.stop()
    await hub.until('it left', () => hub.online === 0)
    expect(hub.wills).toEqual([])
  })

  it('counts every connect, and keeps the number over a restart of the agent', async () => {
    const first = await setUp()
    await first.reach()
    first.hub.cut()
    await first.reach()
    await first.link.stop()
    const second = await setUp({ db: first.db, hub: first.hub })
    await second.reach()
    expect(first.hub.values('birth').map((birth) => birth.connects)).toEqual([1, 2, 3])
  })
})
