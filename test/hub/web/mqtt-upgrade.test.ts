import { once } from 'node:events'
import { connect } from 'node:tls'
import mqtt from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../broker/broker-under-test.ts'
import { connectPacket } from '../broker/raw-client.ts'
import { askHttps, closeCode, openMqtt, openSocket, type PageRig, pageRig } from './page-rig.ts'

let rig: PageRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

async function opened(...given: Parameters<typeof pageRig>): Promise<PageRig> {
  rig = await pageRig(...given)
  return rig
}

const BYTES = 200_000

describe('MQTT over WebSocket', () => {
  it('is the broker that everybody else talks to, and says where a client came in', async () => {
    const seen: string[] = []
    const { port, connect } = await opened(
      {},
      {
        hooks: {
          authenticate(connection) {
            seen.push(`${connection.listener} ${connection.remote}`)
            return { accept: null }
          },
        },
      },
    )
    const client = await openMqtt(port)
    client.send(connectPacket('page'))
    expect((await client.next('connack')).returnCode).toBe(0)
    expect(seen).toEqual(['web 127.0.0.1'])
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#', qos: 1 }] })
    await client.next('suback')
    const other = await connect('other')
    const payload = 'x'.repeat(BYTES)
    other.send({ cmd: 'publish', topic: 'a/b', payload, qos: 1, messageId: 1, retain: false, dup: false })
    const { payload: came } = await client.next('publish')
    expect(String(came)).toBe(payload)
  })

  it.each([
    ['the page of somebody else', { origin: 'https://evil.example' }, '403'],
    ['a page of another port of this machine', { origin: 'https://127.0.0.1:1' }, '403'],
    ['a page without TLS', { origin: 'http://127.0.0.1' }, '403'],
    ['a page that has no origin', { origin: 'null' }, '403'],
    ['what says no origin', { origin: null }, '403'],
    ['another subprotocol', { protocols: ['graphql-ws'] }, '400'],
    ['no subprotocol', { protocols: [] }, '400'],
    ['another path', { path: '/other' }, '404'],
    [
      'a name that leads to the hub and is none of its names',
      { headers: { host: 'evil.example' }, origin: 'https://evil.example' },
      '421',
    ],
  ])('lets %s in nowhere', async (_who, how, status) => {
    const { port, broker } = await opened()
    await expect(openSocket(port, how)).rejects.toThrow(status)
    await until(() => broker.stats().connections === 0, 'no connection is left')
  })

  it('closes whom it lets in nowhere, also one that goes on and reads no end', async () => {
    const { port, broker } = await opened()
    const how = { port, host: '127.0.0.1', rejectUnauthorized: false, allowHalfOpen: true }
    const peer = connect(how)
    peer.on('error', () => {})
    peer.write(`GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    await once(peer, 'data')
    peer.write('and more')
    await until(() => broker.stats().connections === 0, 'no connection is left')
    peer.destroy()
  })

  it('is no page', async () => {
    const { port } = await opened()
    expect((await askHttps(port, '/mqtt')).status).toBe(503)
  })

  it('ends with a client that says something else than MQTT', async () => {
    const { port, broker } = await opened()
    const text = await openSocket(port)
    text.send('a text')
    expect(await closeCode(text)).toBe(1003)
    const bytes = await openSocket(port)
    bytes.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    await once(bytes, 'close')
    await until(() => broker.stats().connections === 0, 'no connection is left')
  })

  it('ends with a message that is larger than any packet may be', async () => {
    const { port, broker } = await opened()
    const peer = await openSocket(port)
    peer.send(connectPacketBytes())
    await once(peer, 'message')
    peer.send(Buffer.alloc(2 * 1024 * 1024))
    expect(await closeCode(peer)).toBe(1009)
    await until(() => broker.stats().connections === 0, 'no connection is left')
  })

  it('closes a reader that takes no bytes, and nobody else waits for it', async () => {
    const { port, connect, broker } = await opened(
      {},
      { limits: { drainTimeoutMs: 500, stallMs: 50, outputBytes: 64 * 1024 * 1024 } },
    )
    const peer = await openSocket(port)
    peer.send(connectPacketBytes())
    await once(peer, 'message')
    peer.send(subscribeBytes())
    await once(peer, 'message')
    peer.pause()
    const other = await connect('other')
    for (let at = 1; at <= 100; at += 1) {
      other.send({
        cmd: 'publish',
        topic: 'a/b',
        payload: 'x'.repeat(BYTES),
        qos: 1,
        messageId: at,
        retain: false,
        dup: false,
      })
      await other.next('puback')
    }
    await until(() => broker.stats().connected === 1, 'the slow reader is gone')
    peer.terminate()
  })

  it('keeps few connections that never say who they are', async () => {
    const { port, broker } = await opened({}, { limits: { arriving: { total: 5, perAddress: 5 } } })
    const peers = await Promise.all(Array.from({ length: 5 }, () => openSocket(port)))
    const gone = once(peers[0] as never, 'close')
    const client = await openMqtt(port)
    await gone
    client.send(connectPacket('page'))
    expect((await client.next('connack')).returnCode).toBe(0)
    expect(broker.stats().refused).toBe(1)
    for (const peer of peers) peer.terminate()
  })

  it('ends with the broker, while its page is closed already', async () => {
    const { port, page, stop } = await opened()
    const client = await openMqtt(port)
    client.send(connectPacket('page'))
    await client.next('connack')
    page.stop()
    expect(client.isClosed()).toBe(false)
    await stop()
    await client.closed
  })
})

function connectPacketBytes(): Buffer {
  return mqtt.generate(connectPacket('page'))
}

function subscribeBytes(): Buffer {
  return mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#', qos: 0 }] })
}
