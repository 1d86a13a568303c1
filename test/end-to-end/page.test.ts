import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { readHubPorts } from '../../shared/hub-ports.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { connectPacket } from '../hub/broker/raw-client.ts'
import { cookieOf } from '../hub/web/login-rig.ts'
import { type Answered, askHttps, openMqtt } from '../hub/web/page-rig.ts'
import { ROOT } from '../source-tree.ts'

const run = promisify(execFile)
const data = makeDataFolder()
let hub: HubProcess
let admin: LocalAdmin

beforeAll(async () => {
  hub = await startHub(data)
  admin = await LocalAdmin.open(hub.ports.socket)
}, 120_000)

afterAll(async () => {
  admin.close()
  expect(await hub.stop()).toBe(0)
  data.remove()
}, 60_000)

describe('the page of a running hub', () => {
  it('answers where the hub says that it listens', async () => {
    expect(readHubPorts(data.folder)?.https).toBe(hub.ports.https)
    const { status, headers } = await askHttps(hub.ports.https, '/')
    expect([200, 503]).toContain(status)
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  })

  it('hands out the authority of its house, and whoever trusts that trusts the page', async () => {
    const trusted = (ca: string) =>
      new Promise<boolean>((resolve) => {
        const peer = connect({ port: hub.ports.https, host: '127.0.0.1', servername: 'lares.local', ca }, () => {
          peer.destroy()
          resolve(true)
        })
        peer.on('error', () => resolve(false))
      })
    await eventually(async () => (await askHttps(hub.ports.https, '/ca.crt')).status === 200, 30_000)
    const { body } = await askHttps(hub.ports.https, '/ca.crt')
    const authority = new X509Certificate(body)
    await eventually(() => trusted(authority.toString()), 30_000)
    expect(await trusted(readFileSync(join(data.folder, 'tls.crt'), 'utf8'))).toBe(false)
    const told = await admin.call<{ fingerprint: string; link: string }>('users', 'setup')
    expect(told.fingerprint).toBe(authority.fingerprint256)
    expect(told.link).toMatch(new RegExp(`^https://localhost:${hub.ports.https}/#setup=`))
    const { front } = await admin.call<{ front: { page: object } }>('hub', 'status')
    expect(front.page).toEqual({ port: hub.ports.https, fingerprint: authority.fingerprint256 })
  }, 120_000)

  it('lets people in over its WebSocket with a token, who ask as they do elsewhere', async () => {
    await admin.call('users', 'create', { email: 'anna@example.org', password: 'long enough to be one' })
    await admin.call('people', 'add', { email: 'anna@example.org' })
    const { user, token } = await admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email: 'anna@example.org', name: 'browser' },
    })
    const wrong = await openMqtt(hub.ports.https)
    wrong.send(connectPacket('page', { username: user, password: Buffer.from('wrong') }))
    expect((await wrong.next('connack')).returnCode).toBe(4)
    const client = await openMqtt(hub.ports.https)
    client.send(connectPacket('page', { username: user, password: Buffer.from(token) }))
    expect((await client.next('connack')).returnCode).toBe(0)
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'lares/admin/response/page/#', qos: 1 }] })
    await client.next('suback')
    const payload = JSON.stringify({ id: 'one', params: {} })
    const topic = 'lares/admin/request/houses/list'
    client.send({ cmd: 'publish', topic, payload, qos: 1, messageId: 2, retain: false, dup: false })
    const answer = await client.next('publish')
    expect(JSON.parse(String(answer.payload))).toMatchObject({
      id: 'one',
      status: 'ok',
      data: { houses: [expect.anything()] },
    })
    await admin.call('tokens', 'revoke', { email: 'anna@example.org', token: 'browser' })
    await client.closed
  })

  const PASSWORD = 'long enough to be one'
  const post = (path: string, body: unknown, cookie = ''): Promise<Answered> =>
    askHttps(hub.ports.https, path, {
      method: 'POST',
      headers: {
        ...{ origin: `https://127.0.0.1:${hub.ports.https}`, 'content-type': 'application/json' },
        ...(cookie === '' ? {} : { cookie }),
      },
      body: JSON.stringify(body),
    })

  /** The page with its cookie, which names nobody and has no password. */
  async function page(cookie: string) {
    const client = await openMqtt(hub.ports.https, { headers: { cookie } })
    client.send(connectPacket('page'))
    const { returnCode } = await client.next('connack')
    return { client, returnCode }
  }

  it('is set up by the link that `lares setup` shows', async () => {
    const { stdout } = await run(join(ROOT, 'lares'), ['setup', '--data', data.folder])
    const [, code = ''] = /^ {2}https:\/\/localhost:\d+\/#setup=(\S+)$/m.exec(stdout) ?? []
    const email = 'olga@example.org'
    const answer = await post('/setup', { code, email, password: PASSWORD, full_name: 'Olga' })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { email, full_name: 'Olga' }])
    expect((await page(cookieOf(answer))).returnCode).toBe(0)
    expect((await post('/setup', { code, email, password: PASSWORD })).status).toBe(401)
    expect((await post('/login', { email, password: PASSWORD })).status).toBe(200)
  }, 120_000)

  it('lets people in with e-mail and password, and their browser then without, also after the hub was restarted', async () => {
    const email = 'paul@example.org'
    await admin.call('users', 'create', { email, password: PASSWORD })
    expect((await post('/login', { email, password: 'another that is long' })).status).toBe(401)
    const answer = await post('/login', { email, password: PASSWORD })
    expect(answer.status).toBe(200)
    const cookie = cookieOf(answer)
    const open = await page(cookie)
    expect(open.returnCode).toBe(0)
    expect((await page('__Host-lares=none')).returnCode).toBe(4)
    admin.close()
    await hub.stop()
    await open.client.closed
    hub = await startHub(data)
    admin = await LocalAdmin.open(hub.ports.socket)
    const again = await page(cookie)
    expect(again.returnCode).toBe(0)
    const { sessions } = await admin.call<{ sessions: object[] }>('users', 'sessions', { email })
    expect(sessions).toEqual([expect.objectContaining({ address: '127.0.0.1', is_connected: true })])
    const out = await post('/logout', {}, cookie)
    expect(JSON.parse(out.text)).toEqual({ ended: true })
    await again.client.closed
    expect((await page(cookie)).returnCode).toBe(4)
    const { events } = await admin.call<{ events: { event_type: string }[] }>('events', 'list', {})
    const types = events.map(({ event_type }) => event_type)
    expect(types).toEqual(expect.arrayContaining(['login', 'logout', 'login_failed']))
  }, 120_000)

  it('shuts a browser out at once when its account is closed, and when it is logged out from elsewhere', async () => {
    const email = 'lena@example.org'
    await admin.call('users', 'create', { email, password: PASSWORD })
    const first = await page(cookieOf(await post('/login', { email, password: PASSWORD })))
    await admin.call('tokens', 'revoke', { email, all: true })
    await first.client.closed
    const second = await page(cookieOf(await post('/login', { email, password: PASSWORD })))
    expect(second.returnCode).toBe(0)
    await admin.call('users', 'update', { email, is_active: false })
    await second.client.closed
    expect((await post('/login', { email, password: PASSWORD })).status).toBe(403)
  }, 120_000)

  it('hands out bytes by links, for whoever asked', async () => {
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Attic',
    })
    const attic = await openMqtt(hub.ports.https)
    attic.send(connectPacket(device, { username: device, password: Buffer.from(secret) }))
    expect((await attic.next('connack')).returnCode).toBe(0)
    const items = Array.from({ length: 50 }, (_, at) => ({
      sensor: 'air',
      value: at - 5.5,
      kind: 'temperature',
      unit: '°C',
    }))
    const payload = JSON.stringify({ items })
    attic.send({
      cmd: 'publish',
      topic: `lares/${device}/readings`,
      payload,
      qos: 1,
      messageId: 1,
      retain: false,
      dup: false,
    })
    await attic.next('puback')
    attic.stream.destroy()
    const link = await admin.call<{ path: string; rows: number }>('readings', 'export', { device, sensor: 'air' })
    expect(link.rows).toBe(50)
    const { status, text } = await askHttps(hub.ports.https, link.path)
    const lines = text.trim().split('\r\n')
    expect([status, lines.length, lines[1]?.split(',').slice(1, 3)]).toEqual([200, 51, ['-5.5', '°C']])
    expect((await askHttps(hub.ports.https, link.path)).status).toBe(404)
    const email = 'nina@example.org'
    await admin.call('users', 'create', { email, password: PASSWORD, role: 'admin' })
    const cookie = cookieOf(await post('/login', { email, password: PASSWORD }))
    const { client } = await page(cookie)
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'lares/admin/response/page/#', qos: 1 }] })
    await client.next('suback')
    const request = JSON.stringify({ id: 'one', params: { device, sensor: 'air', format: 'ndjson' } })
    const topic = 'lares/admin/request/readings/export'
    client.send({ cmd: 'publish', topic, payload: request, qos: 1, messageId: 2, retain: false, dup: false })
    const answer = JSON.parse(String((await client.next('publish')).payload)) as { data: { path: string } }
    expect((await askHttps(hub.ports.https, answer.data.path)).status).toBe(404)
    const theirs = await askHttps(hub.ports.https, answer.data.path, { headers: { cookie } })
    expect([theirs.status, theirs.text.trim().split('\n')]).toEqual([200, expect.objectContaining({ length: 50 })])
    client.stream.destroy()
  }, 120_000)
})
