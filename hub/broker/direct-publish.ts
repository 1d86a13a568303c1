import type { Client } from 'aedes'
import { hasReadAll, refreshKeepalive } from './aedes-client.ts'
import type { Gate } from './gate.ts'
import type { Inbound } from './inbound.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { LiveConnection } from './live-connection.ts'

const PUBLISH = 3
const QOS_2 = 4

export interface DirectPublishParts {
  gate: Gate<LiveConnection>
  client: Client
  inbound: Pick<Inbound, 'authorize'>
}

/**
 * Takes PUBLISH packets of QoS 0 and 1 out of bytes that the scanner has checked, and does for them what Aedes would:
 * asks and acknowledges. Aedes needs most of the front's time for that. It gets every other packet, and the gate
 * gives bytes to this only while Aedes has nothing left to read, so that the order stays as the client sent it.
 */
export class DirectPublish {
  #parts: DirectPublishParts
  /** The last topic and its bytes: a client publishes to the same few. */
  #topic = ''
  #topicBytes: Buffer = Buffer.alloc(0)

  constructor(parts: DirectPublishParts) {
    this.#parts = parts
  }

  /** Returns how many bytes it took, from the first up to a packet that is not its own or not complete before `end`. */
  take(bytes: Buffer, end: number): number {
    const { gate, client } = this.#parts
    if (!hasReadAll(client)) return 0
    let at = 0
    while (at < end && !gate.destroyed) {
      const next = this.#packet(bytes, at, end)
      if (next === at) break
      at = next
    }
    if (at > 0) refreshKeepalive(client)
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
    const { gate, client } = this.#parts
    if (error) client.emit('error', error)
    else if (packet.qos === 1 && !gate.destroyed) gate.acknowledge(packet.messageId ?? 0)
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
