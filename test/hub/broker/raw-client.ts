import { connect as connectSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import mqtt, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet'

/** An MQTT client that says exactly what it is told, right or wrong, and shows every packet that comes back. */
export interface RawClient {
  readonly stream: Duplex
  readonly received: Packet[]
  readonly closed: Promise<void>
  isClosed(): boolean
  send(packet: Packet): void
  bytes(bytes: Buffer | number[]): void
  /** The next packet of this kind, those before it skipped; rejects when the connection closes first. */
  next<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>>
  end(): void
}

export function rawClient(stream: Duplex): RawClient {
  const parser = mqtt.parser({ protocolVersion: 4 })
  const received: Packet[] = []
  let unread = 0
  let isClosed = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const run of [...waiting]) run()
  }
  parser.on('packet', (packet) => {
    received.push(packet)
    wake()
  })
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      isClosed = true
      resolve()
      wake()
    }
    stream.on('close', end)
    stream.on('end', end)
  })
  stream.on('data', (chunk: Buffer) => parser.parse(chunk))
  stream.on('error', () => {})
  return {
    stream,
    received,
    closed,
    isClosed: () => isClosed,
    send: (packet) => void stream.write(mqtt.generate(packet)),
    bytes: (bytes) => void stream.write(Buffer.from(bytes)),
    next: (cmd) =>
      new Promise((resolve, reject) => {
        const look = () => {
          while (unread < received.length) {
            const packet = received[unread]
            unread += 1
            if (packet?.cmd !== cmd) continue
            waiting.delete(look)
            resolve(packet as never)
            return
          }
          if (!isClosed) return
          waiting.delete(look)
          reject(new Error(`closed before ${cmd}`))
        }
        waiting.add(look)
        look()
      }),
    end: () => stream.end(),
  }
}

export function connectPacket(clientId: string, more: Partial<IConnectPacket> = {}): IConnectPacket {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0, ...more }
}

export function publishPacket(topic: string, more: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false, ...more }
}

/** Connects over TCP without sending anything. */
export async function tcpClient(port: number): Promise<RawClient> {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return rawClient(socket)
}
