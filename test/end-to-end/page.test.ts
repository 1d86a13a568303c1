import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { readHubPorts } from '../../shared/hub-ports.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { connectPacket } from '../hub/broker/raw-client.ts'
import { askHttps, openMqtt } from '../hub/web/page-rig.ts'

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
})
