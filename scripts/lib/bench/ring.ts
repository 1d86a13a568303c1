import { publishPacket } from './packets.ts'

/** Messages in flight on one connection. */
export const WINDOW = 20
export const PAYLOAD_BYTES = 200
/** All sequence numbers have ten digits, so that only digits change from one message to the next. */
export const FIRST_SEQ = 1_000_000_000

export const EPOCH = '01jd0c5v8y4k2m9t'
export const SENSORS = ['temperature', 'humidity'] as const

/** A valid `readings` message of two readings and exactly 200 bytes. */
export function benchPayload(seq: number, now: number): string {
  const at = now + (seq - FIRST_SEQ)
  const hundredths = String(seq % 100).padStart(2, '0')
  const items = SENSORS.map((sensor) => `{"sensor":"${sensor}","value":21.${hundredths},"at":${at}}`)
  const body = (boot: string) =>
    `{"epoch":"${EPOCH}","lane":"live","seq":${seq},"boot":"${boot}","items":[${items.join(',')}]}`
  return body('b'.repeat(PAYLOAD_BYTES - body('').length))
}

/**
 * The packets of one connection, all written beforehand: slot i has packet id i + 1 and is used again when its PUBACK
 * has come, which happens in order. Between uses only digits change.
 */
export class PacketRing {
  readonly bytes: Buffer
  readonly packetBytes: number
  /** Messages handed out so far. */
  sent = 0
  #digits: { offset: number; start: number }[]
  #first: number
  #now: number

  constructor(topic: string, options: { firstSeq: number; now: number }) {
    this.#first = options.firstSeq
    this.#now = options.now
    const packets = Array.from({ length: WINDOW }, (_, slot) =>
      publishPacket(topic, benchPayload(options.firstSeq + slot, options.now), slot + 1),
    )
    this.bytes = Buffer.concat(packets)
    this.packetBytes = packets[0]?.length ?? 0
    const sample = packets[0]?.toString('latin1') ?? ''
    this.#digits = [...sample.matchAll(/"(seq|value|at)":([\d.]+)/g)].map((match) => ({
      offset: match.index + match[0].length,
      start: match[1] === 'seq' ? 0 : match[1] === 'at' ? 1 : 2,
    }))
  }

  /** Makes the next message in its slot and returns where its packet starts. */
  next(): number {
    const slot = this.sent % WINDOW
    const start = slot * this.packetBytes
    if (this.sent >= WINDOW) this.#patch(start)
    this.sent += 1
    return start
  }

  #patch(packet: number): void {
    const seq = this.#first + this.sent
    const values = [seq, this.#now + (seq - FIRST_SEQ), seq % 100]
    for (const { offset, start } of this.#digits) {
      let value = values[start] ?? 0
      // Eight digits are more than a run can use up; a value has two.
      for (let at = packet + offset - 1, left = start === 2 ? 2 : 8; left > 0; left -= 1, at -= 1) {
        this.bytes[at] = 48 + (value % 10)
        value = Math.floor(value / 10)
      }
    }
  }
}
