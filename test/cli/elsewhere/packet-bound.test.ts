import { generate } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { MOST_PACKET_BYTES, PacketBound } from '../../../cli/elsewhere/packet-bound.ts'

const message = (bytes: number) =>
  generate({ cmd: 'publish', topic: 'a', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false })

describe('what is read of a hub', () => {
  it('are packets of any size that an answer can have, however they are cut', () => {
    const sent = Buffer.concat([message(0), message(200), message(70_000), message(3_000_000), message(1)])
    for (const size of [1, 7, 65_536, sent.length]) {
      const bound = new PacketBound()
      for (let at = 0; at < sent.length; at += size) expect(bound.take(sent.subarray(at, at + size))).toBe(true)
    }
  })

  it('is none that says it is larger, before anything of it came', () => {
    const bound = new PacketBound()
    expect(bound.take(message(100))).toBe(true)
    expect(bound.take(message(MOST_PACKET_BYTES + 1).subarray(0, 5))).toBe(false)
  })

  it('is no length that never ends', () => {
    expect(new PacketBound().take(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]))).toBe(false)
  })
})
