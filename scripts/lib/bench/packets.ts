/** MQTT 3.1.1 packets, as few as a load needs. Written by hand because a client library would be what is measured. */

export const CONNACK = 2
export const PUBLISH = 3
export const PUBACK = 4
export const SUBACK = 9

/** Bytes of a PUBACK on the wire. */
export const PUBACK_BYTES = 4

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function packet(first: number, body: Buffer): Buffer {
  const header = [first]
  let rest = body.length
  do {
    const more = rest > 127 ? 128 : 0
    header.push((rest & 127) | more)
    rest >>= 7
  } while (rest > 0)
  return Buffer.concat([Buffer.from(header), body])
}

const word = (value: number) => Buffer.from([value >> 8, value & 255])

/** A CONNECT with a clean session and no keepalive deadline below two minutes. */
export function connectPacket(client: { id: string; user?: string; password?: string }): Buffer {
  const flags = 2 | (client.user === undefined ? 0 : 128) | (client.password === undefined ? 0 : 64)
  const parts = [field('MQTT'), Buffer.from([4, flags]), word(120), field(client.id)]
  if (client.user !== undefined) parts.push(field(client.user))
  if (client.password !== undefined) parts.push(field(client.password))
  return packet(0x10, Buffer.concat(parts))
}

/** QoS 1 when `id` is above 0, else QoS 0. */
export function publishPacket(topic: string, payload: string | Buffer, id: number): Buffer {
  const parts = [field(topic), ...(id > 0 ? [word(id)] : []), Buffer.from(payload)]
  return packet(id > 0 ? 0x32 : 0x30, Buffer.concat(parts))
}

export function subscribePacket(id: number, filter: string): Buffer {
  return packet(0x82, Buffer.concat([word(id), field(filter), Buffer.from([1])]))
}

export function pubackPacket(id: number): Buffer {
  return packet(0x40, word(id))
}

export interface Packet {
  type: number
  /** Return code of CONNACK, packet id of PUBACK and SUBACK and of a PUBLISH with QoS 1, else 0. */
  number: number
  topic: string
  payload: Buffer
}

const NOTHING = Buffer.alloc(0)

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  #rest: Buffer = NOTHING
  #onPacket: (packet: Packet) => void

  constructor(onPacket: (packet: Packet) => void) {
    this.#onPacket = onPacket
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = 0
    for (;;) {
      const end = packetEnd(bytes, at)
      if (end === null) break
      this.#onPacket(parse(bytes.subarray(at, end.end), end.body - at))
      at = end.end
    }
    this.#rest = bytes.subarray(at)
  }
}

function packetEnd(bytes: Buffer, start: number): { body: number; end: number } | null {
  let length = 0
  for (let at = start + 1, shift = 0; at < bytes.length; at += 1, shift += 7) {
    const byte = bytes[at] ?? 0
    length += (byte & 127) << shift
    if (byte > 127) continue
    const end = at + 1 + length
    return end <= bytes.length ? { body: at + 1, end } : null
  }
  return null
}

function parse(bytes: Buffer, body: number): Packet {
  const first = bytes[0] ?? 0
  const type = first >> 4
  if (type !== PUBLISH) {
    const number = type === CONNACK ? (bytes[body + 1] ?? 0) : bytes.length >= body + 2 ? bytes.readUInt16BE(body) : 0
    return { type, number, topic: '', payload: NOTHING }
  }
  const topicEnd = body + 2 + bytes.readUInt16BE(body)
  const qos = (first >> 1) & 3
  return {
    type,
    number: qos > 0 ? bytes.readUInt16BE(topicEnd) : 0,
    topic: bytes.toString('utf8', body + 2, topicEnd),
    payload: bytes.subarray(qos > 0 ? topicEnd + 2 : topicEnd),
  }
}
