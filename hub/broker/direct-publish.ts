import type { Client } from 'aedes'
import type { Gate } from './gate.ts'
import type { Inbound } from './inbound.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { LiveConnection } from './live-connection.ts'
import type { Done } from './ordering.ts'

const PUBLISH = 3
const QOS_2 = 4

/** What Aedes 1.2.0 keeps of a client; its version is pinned. Where another has none of it, nothing is taken. */
interface Kept {
  connected: boolean
  /** Packets from before the client was registered; `null` once they were handled. */
  _parser?: { _queue: unknown[] | null }
  _keepaliveInterval: number
  _keepaliveTimer: NodeJS.Timeout | null
}

export interface DirectPublishParts {
  gate: Gate<LiveConnection>
  client: Client
  inbound: Pick<Inbound, 'authorize'>
  /** Aedes' `publish`, which hands a packet to whoever reads it. */
  publish: (packet: InboundPacket, client: Client, done: Done) => void
}

/**
 * Takes PUBLISH packets of QoS 0 and 1 out of bytes that the scanner has checked, and does for them what Aedes would:
 * asks, acknowledges, hands on. Aedes needs most of the front's time for that. It gets every other packet, and the gate
 * gives bytes to this only while Aedes has nothing left to read, so that the order stays as the client sent it.
 */
export class DirectPublish {
  #parts: DirectPublishParts
  #kept: Kept
  /** The last topic and its bytes: a client publishes to the same few. */
  #topic = ''
  #topicBytes: Buffer = Buffer.alloc(0)

  constructor(parts: DirectPublishParts) {
    this.#parts = parts
    this.#kept = parts.client as unknown as Kept
  }

  /** Returns how many bytes it took, from the first up to a packet that is not its own or not complete before `end`. */
  take(bytes: Buffer, end: number): number {
    const { gate } = this.#parts
    const kept = this.#kept
    if (!kept.connected || kept._parser?._queue !== null || kept._keepaliveTimer === undefined) return 0
    let at = 0
    while (at < end && !gate.destroyed) {
      const next = this.#packet(bytes, at, end)
      if (next === at) break
      at = next
    }
    if (at > 0 && kept._keepaliveInterval > 0) kept._keepaliveTimer?.refresh()
    return at
  }

  /** Returns where the next packet begins, or `start` when this one is left to Aedes. */
  #packet(bytes: Buffer, start: number, end: number): number {
    const first = bytes[start] ?? 0
    if (first >> 4 !== PUBLISH || (first & QOS_2) !== 0) return start
    let body = start + 1
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[body] ?? 0
      body += 1
      length += (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const next = body + length
    if (next > end) return start
    const qos = (first & 2) === 0 ? 0 : 1
    const topicEnd = body + 2 + bytes.readUInt16BE(body)
    const packet: InboundPacket = {
      cmd: 'publish',
      topic: this.#text(bytes, body + 2, topicEnd),
      payload: bytes.subarray(topicEnd + qos * 2, next),
      qos,
      retain: (first & 1) !== 0,
      dup: (first & 8) !== 0,
      will: false,
      messageId: qos === 0 ? 0 : bytes.readUInt16BE(topicEnd),
    }
    this.#parts.inbound.authorize(this.#parts.gate.owner, packet, (error) => this.#decided(packet, error))
    return next
  }

  #decided(packet: InboundPacket, error?: Error | null): void {
    const { gate, client, publish } = this.#parts
    if (error) {
      client.emit('error', error)
      return
    }
    if (gate.destroyed) return
    if (packet.qos === 1) gate.acknowledge(packet.messageId ?? 0)
    publish(packet, client, (failed) => {
      if (failed) client.emit('error', failed)
    })
  }

  #text(bytes: Buffer, start: number, end: number): string {
    const known = this.#topicBytes
    let same = known.length === end - start
    for (let at = 0; same && at < known.length; at += 1) same = known[at] === bytes[start + at]
    if (!same) {
      this.#topic = bytes.toString('utf8', start, end)
      this.#topicBytes = Buffer.from(bytes.subarray(start, end))
    }
    return this.#topic
  }
}
