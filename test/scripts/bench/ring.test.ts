import { describe, expect, it } from 'vitest'
import { type Packet, PacketReader, PUBLISH } from '../../../scripts/lib/bench/packets.ts'
import { benchPayload, FIRST_SEQ, PAYLOAD_BYTES, PacketRing, WINDOW } from '../../../scripts/lib/bench/ring.ts'
import { decode } from '../../../shared/codec.ts'

const NOW = 1_795_000_000_000

describe('the messages of the benchmark', () => {
  it('are valid readings of two items and exactly 200 bytes', () => {
    for (const seq of [FIRST_SEQ, FIRST_SEQ + 7, FIRST_SEQ + 123_456]) {
      const payload = Buffer.from(benchPayload(seq, NOW))
      expect(payload).toHaveLength(PAYLOAD_BYTES)
      expect(decode('readings', payload)).toMatchObject({ ok: true, value: { seq, lane: 'live', items: [{}, {}] } })
    }
  })

  it('are the same whether they are written anew or patched in their slot', () => {
    const ring = new PacketRing('lares/bench-1/readings', { firstSeq: FIRST_SEQ, now: NOW })
    const packets: Packet[] = []
    const reader = new PacketReader((packet) => packets.push({ ...packet, payload: Buffer.from(packet.payload) }))
    const count = WINDOW * 30 + 3
    for (let n = 0; n < count; n += 1) {
      const start = ring.next()
      reader.take(ring.bytes.subarray(start, start + ring.packetBytes))
    }
    expect(packets).toHaveLength(count)
    for (const [n, packet] of packets.entries()) {
      expect(packet).toMatchObject({ type: PUBLISH, number: (n % WINDOW) + 1, topic: 'lares/bench-1/readings' })
      expect(packet.payload.toString()).toBe(benchPayload(FIRST_SEQ + n, NOW))
    }
  })

  it('are found in a stream that is cut anywhere', () => {
    const ring = new PacketRing('lares/bench-1/readings', { firstSeq: FIRST_SEQ, now: NOW })
    const found: number[] = []
    const reader = new PacketReader((packet) => found.push(packet.number))
    for (let at = 0; at < ring.bytes.length; at += 7) reader.take(ring.bytes.subarray(at, at + 7))
    expect(found).toEqual(Array.from({ length: WINDOW }, (_, n) => n + 1))
  })
})
