import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, connect as tcp } from 'node:net'
import { join } from 'node:path'
import { connect as tls } from 'node:tls'
import Sqlite from 'better-sqlite3'
import { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { connectPacket } from '../../scripts/lib/bench/packets.ts'
import { checkHistory } from '../faults/lib/check-history.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, makeFleet, progress, within } from '../faults/lib/fleet.ts'
import { seededRandom } from '../faults/lib/seeded-random.ts'
import { frameOf, turnStart } from '../hub/voice/sound.ts'

/** What design promises. The hub measures it itself, because on a busy machine this process learns of it late. */
const GONE_MS = 3_000
const DEADLINE_MS = 60_000
const LARES = join(import.meta.dirname, '../../lares')

/** What is to be let go of after the test. */
const closing: (() => void)[] = []
let data: ReturnType<typeof makeDataFolder>

beforeEach(() => {
  data = makeDataFolder()
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
  data.remove()
})

async function socketTo(port: number, first?: Buffer | string, secure = false): Promise<void> {
  const socket = secure ? tls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : tcp(port, '127.0.0.1')
  socket.on('error', () => undefined)
  closing.push(() => socket.destroy())
  await within(DEADLINE_MS, once(socket, secure ? 'secureConnect' : 'connect'))
  if (first !== undefined) socket.write(first)
}

async function mqtt(hub: HubProcess, username: string, password: string, options: object): Promise<MqttClient> {
  const client = new MqttClient(() => tcp(hub.ports.plain, '127.0.0.1'), {
    username,
    password,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  })
  client.on('error', () => undefined)
  closing.push(() => void client.end(true))
  await within(DEADLINE_MS, new Promise<void>((resolve) => void client.once('connect', () => resolve())))
  return client
}

/** Somebody who listens on a central's port and never says a word. */
async function silentCentral(): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => undefined))
  closing.push(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return `postgres://lares:secret@127.0.0.1:${port}/lares`
}

interface Line {
  level: number
  msg: string
  took_ms?: number
}

function linesOf(hub: HubProcess): Line[] {
  return hub
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
}

/** Ends it with SIGTERM: its exit code, how long it says that it took, and what it complained of meanwhile. */
async function terminate(hub: HubProcess) {
  hub.signal('SIGTERM')
  const code = await within(DEADLINE_MS, hub.ended)
  const lines = linesOf(hub)
  const complaints = lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)
  return { code, tookMs: lines.at(-1)?.took_ms, complaints }
}

/** A closed database has neither a log beside it nor the mark of a hub that runs. */
/** What a start has to do something about; how far the database was read through stays. */
const leftOvers = () => readdirSync(data.folder).filter((name) => /^hub\.db-(?!scrub$)/.test(name))

describe('a hub that is told to stop', () => {
  it('is gone in three seconds and clean, with everybody connected who can be', async () => {
    const hub = await startHub({
      ...data,
      config: `log = "info"\n[central]\nurl = "${await silentCentral()}"\n`,
    })
    const admin = await LocalAdmin.open(hub.ports.socket)
    closing.push(() => admin.close())
    await admin.call('users', 'create', { email: 'ann@example.org', password: 'correct horse battery', role: 'admin' })
    const person = await admin.call<{ user: string; token: string }>('users', 'token', {
      email: 'ann@example.org',
      name: 'phone',
    })
    const speaker = await admin.call<{ device: string; secret: string }>('devices', 'create', { name: 'Speaker' })

    // One in the middle of a sentence, on both of its connections, with a will.
    const { device, secret } = speaker
    const will = { topic: `lares/${device}/will`, payload: Buffer.from('{"connects":1}'), qos: 1 as const }
    await mqtt(hub, device, secret, { clientId: device, will })
    const voice = await mqtt(hub, device, secret, { clientId: `${device}.voice` })
    await voice.publishAsync(`lares/${device}/turn`, JSON.stringify(turnStart('t1')), { qos: 1 })
    for (let seq = 0; seq < 25; seq += 1) voice.publish(`lares/${device}/audio/t1`, frameOf(seq))
    await eventually(() => existsSync(join(data.folder, 'clips')))

    // A person, on a clean session and on one that is kept, and a reader that takes nothing any more.
    const phone = await mqtt(hub, person.user, person.token, { clientId: `${person.user}.phone` })
    await phone.subscribeAsync('lares/+/state/#', { qos: 1 })
    const kept = await mqtt(hub, person.user, person.token, { clientId: `${person.user}.kept`, clean: false })
    await kept.subscribeAsync('lares/+/status', { qos: 1 })
    kept.stream.pause()

    // Those that have not said who they are: silent, half a CONNECT, a TLS handshake that was never begun.
    await socketTo(hub.ports.plain)
    await socketTo(hub.ports.plain, connectPacket({ id: 'x' }).subarray(0, 5))
    await socketTo(hub.ports.tls)
    await socketTo(hub.ports.tls, undefined, true)
    // HTTP: a connection that is kept, one in the middle of its question, one that never reads the answer.
    await socketTo(hub.ports.http, 'GET /health HTTP/1.1\r\nHost: hub\r\n\r\n')
    await socketTo(hub.ports.http, 'GET /metrics HTTP/1.1\r\nHost:')
    await socketTo(hub.ports.http, 'GET /metrics HTTP/1.1\r\nHost: hub\r\n\r\n'.repeat(50))

    const devices = await makeFleet(hub, 4, seededRandom(3))
    const closed = Promise.all(devices.map((one) => one.run(hub.ports.plain)))
    await within(DEADLINE_MS, progress(devices, 500))

    const { code, tookMs, complaints } = await terminate(hub)
    await within(DEADLINE_MS, closed)
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] })
    expect(tookMs).toBeLessThan(GONE_MS)
    expect(leftOvers()).toEqual([])
    const check = checkHistory(data.folder, devices)
    // The ledger counts the speaker's messages too.
    expect(check.faults.filter((fault) => !fault.startsWith('the ledger says'))).toEqual([])
    expect(check.stored).toBeGreaterThanOrEqual(check.acknowledged)
    expect(check.acknowledged).toBeGreaterThanOrEqual(500)
  })

  it('leaves a copy that is due to its next start, which makes it', async () => {
    const first = await startHub({ ...data, config: 'log = "info"\n' })
    const admin = await LocalAdmin.open(first.ports.socket)
    await admin.call('devices', 'create', { name: 'Garden' })
    admin.close()
    expect((await terminate(first)).code).toBe(0)
    const copies = () => readdirSync(join(data.folder, 'backups')).filter((name) => name.endsWith('.db'))
    expect(copies()).toEqual([])

    const second = await startHub({ ...data, config: 'log = "info"\n' })
    // The mark goes a moment after the copy is in its place.
    await eventually(() => copies().length === 1 && !existsSync(join(data.folder, 'backups', 'owed')), DEADLINE_MS)
    expect((await terminate(second)).code).toBe(0)
    expect(copies()).toHaveLength(1)
    expect(readdirSync(join(data.folder, 'backups'))).toEqual(copies())
  })

  it('has a trace of every question that it was asked', async () => {
    const hub = await startHub({ ...data, config: 'log = "info"\n' })
    const admin = await LocalAdmin.open(hub.ports.socket)
    for (let asked = 0; asked < 5; asked += 1) await admin.call('houses', 'list', {})
    admin.close()
    expect((await terminate(hub)).code).toBe(0)
    const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
    closing.push(() => db.close())
    const asked = db.prepare("SELECT event_data FROM events WHERE event_type = 'api_call' ORDER BY id").pluck().all()
    expect(asked.map((row) => JSON.parse(String(row)))).toMatchObject([
      { area: 'houses', verb: 'list', times: 1 },
      { area: 'houses', verb: 'list', times: 4 },
    ])
  })

  it('goes on stopping when it is told again', async () => {
    const hub = await startHub({ ...data, config: 'log = "info"\n' })
    hub.signal('SIGTERM')
    hub.signal('SIGINT')
    expect((await terminate(hub)).code).toBe(0)
    expect(leftOvers()).toEqual([])
  })

  it('ends before it has started when its database cannot be opened yet', async () => {
    await (await startHub(data)).stop()
    // SQLite waits for the lock within a thread that nobody can end.
    const other = new Sqlite(join(data.folder, 'hub.db'))
    closing.push(() => other.close())
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT')
    const config = join(data.scratch, 'hub.toml')
    writeFileSync(
      config,
      'log = "info"\n[listen]\ntls = "127.0.0.1:0"\nplain = "127.0.0.1:0"\nhttp = "127.0.0.1:0"\nhttps = "127.0.0.1:0"\n',
    )
    const child = spawn(LARES, ['hub', '--data', data.folder, '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    closing.push(() => void child.kill('SIGKILL'))
    let log = ''
    let isTold = false
    child.stderr.on('data', (chunk: Buffer) => {
      log += String(chunk)
      if (isTold || !log.includes('the hub opens its database')) return
      // Once: a second signal ends a hub that is stopping at once.
      isTold = true
      child.kill('SIGTERM')
    })
    const [code] = (await within(DEADLINE_MS, once(child, 'close'))) as [number]
    expect({ code, early: log.includes('the hub stops before it had started') }).toEqual({ code: 0, early: true })
  })
})
