const CONNACK = 0x20
const SUBACK = 0x90
const DENIED = 0x80

/** One filter of a SUBSCRIBE, in the place in which it was sent. */
export interface Answered {
  filter: string
  verdict: 0 | 1 | 2 | 'deny'
}

/**
 * Mends two answers of Aedes 1.2.0 on their way out. It says that no session was present when one without subscriptions
 * was [MQTT-3.2.2-2], and gives a filter that one SUBSCRIBE names twice a single return code [MQTT-3.8.4-5].
 */
export class Answers {
  #session: boolean | null = null
  /** SUBSCRIBEs that name a filter twice and have no answer yet, by packet id. */
  #repeating = new Map<number, Answered[]>()

  /** The next CONNACK that accepts says this. */
  expectSession(present: boolean): void {
    this.#session = present
  }

  /** The SUBACK of this packet id gets a return code for each of these filters. */
  expectFilters(packetId: number, filters: Answered[]): void {
    this.#repeating.set(packetId, filters)
  }

  /** Whole packets, as they should leave. The bytes given are not changed: some belong to the packet encoder. */
  mend(bytes: Buffer): Buffer {
    if (this.#session === null && this.#repeating.size === 0) return bytes
    const parts: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const { body, end } = frameAt(bytes, at)
      parts.push(this.#packet(bytes.subarray(at, end), body - at))
      at = end
    }
    return Buffer.concat(parts)
  }

  #packet(packet: Buffer, body: number): Buffer {
    if (packet[0] === CONNACK && this.#session !== null && packet[body + 1] === 0) {
      const present = this.#session ? 1 : 0
      this.#session = null
      return Buffer.from([CONNACK, 2, present, 0])
    }
    if (packet[0] !== SUBACK) return packet
    const packetId = packet.readUInt16BE(body)
    const filters = this.#repeating.get(packetId)
    if (!filters) return packet
    this.#repeating.delete(packetId)
    const codes = codesFor(filters, packet.subarray(body + 2))
    return Buffer.concat([
      Buffer.from([SUBACK, ...lengthBytes(codes.length + 2)]),
      packet.subarray(body, body + 2),
      codes,
    ])
  }
}

/** Aedes answers the last of equal filters, in the place of the first; those before the last had the gate's verdict. */
function codesFor(filters: Answered[], granted: Buffer): Buffer {
  const places = new Map<string, { place: number; last: number }>()
  for (const [index, { filter }] of filters.entries()) {
    places.set(filter, { place: places.get(filter)?.place ?? places.size, last: index })
  }
  return Buffer.from(
    filters.map(({ filter, verdict }, index) => {
      const { place, last } = places.get(filter) ?? { place: -1, last: -1 }
      if (index === last) return granted[place] ?? DENIED
      return verdict === 'deny' ? DENIED : verdict
    }),
  )
}

function frameAt(bytes: Buffer, start: number): { body: number; end: number } {
  let at = start + 1
  let remaining = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at] ?? 0
    at += 1
    remaining += (byte & 0x7f) << shift
    if (byte < 0x80) return { body: at, end: Math.min(at + remaining, bytes.length) }
  }
}

function lengthBytes(length: number): number[] {
  return length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
}
