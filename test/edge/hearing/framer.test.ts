import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../../../edge/hearing/block.ts'
import { Framer } from '../../../edge/hearing/framer.ts'
import { ManualClock } from '../../../shared/clock.ts'

const sound = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 31) & 0xff))

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const edges = [0, ...at.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((to, index) => bytes.subarray(edges[index], to))
}

describe('the framer', () => {
  it('makes the same blocks however the sound was split, odd bytes included', () => {
    const whole = new Framer(new ManualClock()).push(sound).map((block) => block.pcm)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
        const framer = new Framer(new ManualClock())
        const blocks = cut(sound, places).flatMap((chunk) => framer.push(chunk))
        expect(blocks.map((block) => block.pcm)).toEqual(whole)
      }),
    )
    expect(whole).toHaveLength(Math.floor(sound.length / BLOCK_BYTES))
    expect(Buffer.concat(whole)).toEqual(sound.subarray(0, whole.length * BLOCK_BYTES))
  })

  it('never lets the time of capture go backwards, whatever the chunks and pauses', () => {
    const step = fc.record({ bytes: fc.integer({ min: 0, max: 4_000 }), ms: fc.integer({ min: 0, max: 100 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const clock = new ManualClock()
        const framer = new Framer(clock)
        let last = 0
        for (const { bytes, ms } of steps) {
          clock.advance(ms)
          for (const { captureUs } of framer.push(Buffer.alloc(bytes))) {
            expect(Number.isInteger(captureUs)).toBe(true)
            expect(captureUs).toBeGreaterThanOrEqual(last)
            expect(captureUs).toBeLessThanOrEqual(clock.mono() * 1_000)
            last = captureUs
          }
        }
      }),
    )
  })

  it('says of a block that its first sample was taken 20 ms before the last one arrived', () => {
    const clock = new ManualClock(0, 1_000)
    const framer = new Framer(clock)
    expect(framer.push(Buffer.alloc(BLOCK_BYTES * 2)).map((block) => block.captureUs)).toEqual([960_000, 980_000])
    clock.advance(20)
    expect(framer.push(Buffer.alloc(BLOCK_BYTES + 320))[0]?.captureUs).toBe(990_000)
  })

  it('owns its blocks: the bytes of a chunk may be used again', () => {
    const framer = new Framer(new ManualClock())
    const chunk = Buffer.alloc(BLOCK_BYTES, 1)
    const [block] = framer.push(chunk)
    chunk.fill(2)
    expect(block?.pcm).toEqual(Buffer.alloc(BLOCK_BYTES, 1))
  })

  it('forgets a begun block after a gap, so that an odd byte does not shift what follows', () => {
    const framer = new Framer(new ManualClock())
    framer.push(Buffer.alloc(3))
    framer.reset()
    expect(framer.push(Buffer.alloc(BLOCK_BYTES, 7))[0]?.pcm).toEqual(Buffer.alloc(BLOCK_BYTES, 7))
  })
})
