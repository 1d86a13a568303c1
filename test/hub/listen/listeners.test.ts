import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../../hub/listen/certificate.ts'
import { Listeners } from '../../../hub/listen/listeners.ts'
import { silentLog } from '../../../shared/log.ts'
import type { BrokerUnderTest } from '../broker/broker-under-test.ts'
import { oneBroker } from '../broker/one-broker.ts'
import { connectPacket, type RawClient, rawClient } from '../broker/raw-client.ts'

const start = oneBroker()
const ARRIVING = 5

describe('the doors of the broker', () => {
  let folder: string
  let listeners: Listeners
  let broker: BrokerUnderTest['broker']
  const silent: Socket[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lares-listeners-'))
    const certificate = await loadCertificate(folder, {})
    broker = (await start({ limits: { arriving: { total: ARRIVING, perAddress: ARRIVING } } })).broker
    listeners = new Listeners({
      tls: '127.0.0.1:0',
      plain: '127.0.0.1:0',
      socket: join(folder, 'hub.sock'),
      certificate,
      log: silentLog,
      admit: (remote, close) => broker.admit(remote, close),
      handle: (peer, details) => broker.handle(peer, details),
    })
    for (const door of [listeners.tls, listeners.plain, listeners.local]) await door.start()
  })
  afterEach(() => {
    for (const socket of silent.splice(0)) socket.destroy()
    for (const door of [listeners.tls, listeners.plain, listeners.local]) door.stop()
    rmSync(folder, { recursive: true })
  })

  it('are made where a hub that was killed left its socket, and never in the place of another file', async () => {
    listeners.local.stop()
    const file = join(folder, 'hub.sock')
    writeFileSync(file, 'not a socket')
    await expect(listeners.local.start()).rejects.toThrow(`cannot listen on ${file}: another file is there`)
    expect(readFileSync(file, 'utf8')).toBe('not a socket')
    rmSync(file)
    const killed = createServer().listen(join(folder, 'killed'))
    await once(killed, 'listening')
    renameSync(join(folder, 'killed'), file)
    killed.close()
    await listeners.local.start()
    expect(listeners.local.failure).toBeNull()
    // For its user and its group, whom the service's unit names: nobody else is an administrator.
    expect(statSync(file).mode & 0o777).toBe(0o660)
  })

  /** Connects and says nothing; resolves when the hub closes it. */
  function sayNothing(port: number): Promise<void> {
    const socket = connect(port, '127.0.0.1')
    silent.push(socket)
    socket.on('error', () => {})
    socket.resume()
    return new Promise((resolve) => socket.once('close', () => resolve()))
  }

  async function enter(client: RawClient): Promise<number | undefined> {
    client.send(connectPacket('one', { keepalive: 10 }))
    return (await client.next('connack')).returnCode
  }

  it.each(['tls', 'plain'] as const)('keep few silent connections on the %s port, and let others in', async (door) => {
    const closed = Array.from({ length: ARRIVING * 6 }, () => sayNothing(listeners.ports[door]))
    await Promise.all(closed.slice(0, ARRIVING * 4))
    expect(broker.stats().connections).toBeLessThanOrEqual(ARRIVING + 1)
    const peer = connectTls({ port: listeners.ports.tls, host: '127.0.0.1', rejectUnauthorized: false })
    expect(await enter(rawClient(peer))).toBe(0)
    peer.destroy()
  })

  it('give a place back when its connection ends, before the handshake, in it and after CONNECT', async () => {
    const place = async (used: number) => {
      while (broker.stats().connections !== used) await new Promise((resolve) => setImmediate(resolve))
    }
    void sayNothing(listeners.ports.tls)
    await place(1)
    silent[0]?.destroy()
    await place(0)
    const half = connect(listeners.ports.tls, '127.0.0.1')
    half.on('error', () => {})
    half.write(Buffer.from([0x16, 0x03, 0x01]))
    await place(1)
    half.end(Buffer.from('no TLS at all'))
    await place(0)
    const peer = connectTls({ port: listeners.ports.tls, host: '127.0.0.1', rejectUnauthorized: false })
    expect(await enter(rawClient(peer))).toBe(0)
    await place(1)
    peer.destroy()
    await place(0)
  })
})
