import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageGuard } from '../../../hub/makers/message-guard.ts'
import { pubackPacket, publishPacket } from '../../../scripts/lib/bench/packets.ts'

/** A stream that keeps what is written to it, and says what a test hands it. */
class Wire extends PassThrough {
  readonly sent: Buffer[] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk)
    done()
  }
}

const LARGEST = 200

function guarded() {
  const wire = new Wire()
  const over: { topic: string; bytes: number }[] = []
  const guard = new MessageGuard({
    socket: wire,
    most: (topic) => (topic.startsWith('large/') ? 10_000 : LARGEST),
    passedOver: (message) => over.push(message),
  })
  const passed: Buffer[] = []
  const errors: Error[] = []
  guard.on('data', (chunk: Buffer) => passed.push(chunk))
  guard.on('error', (error) => errors.push(error))
  const hear = (bytes: Buffer) => void wire.emit('data', bytes)
  return { wire, guard, over, hear, errors, passed: () => Buffer.concat(passed) }
}

/** A stream tells its readers in the next turn. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

const CONNACK = Buffer.from([0x20, 2, 0, 0])

describe('what stands between a broker of somebody else and its client', () => {
  it('passes everything of a bearable size as it came, and over what is too large, wherever the bytes are cut', async () => {
    const message = fc.record({
      topic: fc.constantFrom('a', 'large/b', 'zimmer/küche', 't'.repeat(150)),
      bytes: fc.oneof(fc.nat(60), fc.nat(2_000), fc.constant(20_000)),
      id: fc.constantFrom(0, 1, 700),
    })
    const cutting = fc.infiniteStream(fc.integer({ min: 1, max: 900 }))
    await fc.assert(
      fc.asyncProperty(fc.array(message), cutting, async (messages, cuts) => {
        const { wire, over, hear, passed, errors } = guarded()
        const packets = messages.map(({ topic, bytes, id }) => publishPacket(topic, Buffer.alloc(bytes, 7), id))
        const limit = (at: number) => (messages[at]?.topic.startsWith('large/') ? 10_000 : LARGEST)
        const isOver = (packet: Buffer, at: number) => packet.length > limit(at)
        const all = Buffer.concat([CONNACK, ...packets])
        for (let at = 0; at < all.length; ) {
          const step = cuts.next().value
          hear(all.subarray(at, at + step))
          at += step
        }
        await settled()
        const fit = packets.filter((packet, at) => !isOver(packet, at))
        expect(passed()).toEqual(Buffer.concat([CONNACK, ...fit]))
        const left = messages.filter((_, at) => isOver(packets[at] ?? CONNACK, at))
        expect(over.map(({ topic }) => topic)).toEqual(left.map(({ topic }) => topic))
        // The broker holds back what follows a few messages that were not acknowledged.
        expect(Buffer.concat(wire.sent)).toEqual(
          Buffer.concat(left.filter(({ id }) => id > 0).map(({ id }) => pubackPacket(id))),
        )
        expect(errors).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('keeps nothing of a message that is passed over', () => {
    const { hear, passed, over } = guarded()
    const packet = publishPacket('a', Buffer.alloc(100_000_000), 0)
    const piece = 65_536
    const before = process.memoryUsage().arrayBuffers
    for (let at = 0; at < packet.length; at += piece) hear(packet.subarray(at, at + piece))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
    expect([passed().length, over]).toEqual([0, [{ topic: 'a', bytes: packet.length }]])
  })

  it.each([
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])],
    ['a packet of 8 MB that is no message', Buffer.from([0x90, 0x80, 0x80, 0x80, 0x04])],
    ['a topic that is longer than its message', Buffer.from([0x30, 3, 0, 9, 97])],
    ['QoS 2, for which nobody asked', Buffer.from([0x34, 5, 0, 1, 97, 0, 1])],
  ])('ends a connection that has %s', async (_, bytes) => {
    const { guard, hear, errors, wire } = guarded()
    hear(bytes)
    await new Promise((resolve) => guard.once('close', resolve))
    expect([errors.length, wire.destroyed]).toEqual([1, true])
  })

  it('ends with its socket, and with an error of it', async () => {
    const { guard, wire, errors } = guarded()
    wire.destroy(new Error('ECONNRESET'))
    await new Promise((resolve) => guard.once('close', resolve))
    expect(errors.map(({ message }) => message)).toEqual(['ECONNRESET'])
  })

  it('lets the broker wait while its client does not read', async () => {
    const wire = new Wire()
    const guard = new MessageGuard({ socket: wire, most: () => 10_000_000, passedOver() {} })
    for (let n = 0; n < 20; n += 1) wire.emit('data', publishPacket('a', Buffer.alloc(10_000), 0))
    expect(wire.isPaused()).toBe(true)
    guard.resume()
    await settled()
    expect(wire.isPaused()).toBe(false)
  })
})
