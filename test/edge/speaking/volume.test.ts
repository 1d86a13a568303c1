import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gainOf, scaledSound } from '../../../edge/speaking/volume.ts'

const pcm = (...samples: number[]) => {
  const buffer = Buffer.alloc(samples.length * 2)
  for (const [at, sample] of samples.entries()) buffer.writeInt16LE(sample, at * 2)
  return buffer
}
const samplesOf = (buffer: Buffer) => Array.from({ length: buffer.length / 2 }, (_, at) => buffer.readInt16LE(at * 2))

describe('the volume', () => {
  it('is nothing at 0, all at 100 and where nobody said, and grows with each step', () => {
    expect([gainOf(0), gainOf(100), gainOf(null)]).toEqual([0, 1, 1])
    for (let volume = 1; volume <= 100; volume++) expect(gainOf(volume)).toBeGreaterThan(gainOf(volume - 1))
  })

  it('leaves the sound as it is where it is all of it', () => {
    const sound = pcm(1, -2, 32_767, -32_768)
    expect(scaledSound(sound, 1, 1)).toBe(sound)
  })

  it('goes evenly from one to the other, so that nothing clicks', () => {
    const loud = pcm(...Array.from({ length: 640 }, () => 10_000))
    const heard = samplesOf(scaledSound(loud, 1, 0.25))
    expect(heard.at(-1)).toBe(2_500)
    heard.reduce((before, next) => {
      expect(before - next).toBeGreaterThanOrEqual(0)
      expect(before - next).toBeLessThanOrEqual(13)
      return next
    }, 10_000)
  })

  it('never turns a sample over, whatever the sound and the gains', () => {
    const sample = fc.integer({ min: -32_768, max: 32_767 })
    const gain = fc.double({ min: 0, max: 4, noNaN: true })
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 64 }), gain, gain, (samples, from, to) => {
        const heard = samplesOf(scaledSound(pcm(...samples), from, to))
        expect(heard).toHaveLength(samples.length)
        for (const [at, value] of heard.entries())
          expect(Math.sign(value) === 0 || Math.sign(value) === Math.sign(samples[at] ?? 0)).toBe(true)
      }),
    )
  })
})
