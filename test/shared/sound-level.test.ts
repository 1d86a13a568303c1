import { describe, expect, it } from 'vitest'
import { LevelMeter, levelOf, SILENCE_DB } from '../../shared/sound-level.ts'

function samples(values: number[]): Buffer {
  const pcm = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) pcm.writeInt16LE(value, index * 2)
  return pcm
}

describe('the level', () => {
  it('of a full square wave is 0 dB and clipped', () => {
    const level = levelOf(samples(Array.from({ length: 100 }, (_, index) => (index % 2 ? 32_767 : -32_768))))
    expect(level.rmsDb).toBeCloseTo(0, 2)
    expect(level.peakDb).toBeCloseTo(0, 2)
    expect(level.clipped).toBe(true)
  })

  it('of a sine at a tenth of full scale is -23 dB, its peak -20 dB', () => {
    const sine = Array.from({ length: 1_600 }, (_, index) => Math.round(3_276.8 * Math.sin((index * 2 * Math.PI) / 16)))
    const level = levelOf(samples(sine))
    expect(level.rmsDb).toBeCloseTo(-23, 1)
    expect(level.peakDb).toBeCloseTo(-20, 1)
    expect(level.clipped).toBe(false)
  })

  it('of nothing, of one byte and of zeros is silence', () => {
    for (const pcm of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(640)])
      expect(levelOf(pcm)).toEqual({ rmsDb: SILENCE_DB, peakDb: SILENCE_DB, clipped: false })
  })

  it('is not called clipped for one sample that touches full scale', () => {
    expect(levelOf(samples([0, 32_767, 0, -32_768, 0])).clipped).toBe(false)
    expect(levelOf(samples([0, 32_767, 0, -32_768, 32_767])).clipped).toBe(true)
  })

  it('of sound that comes piece by piece is that of all of it together', () => {
    const loud = samples(Array.from({ length: 300 }, (_, index) => (index % 2 ? 20_000 : -32_768)))
    const quiet = samples(Array.from({ length: 500 }, () => 12))
    const meter = new LevelMeter()
    for (const pcm of [loud.subarray(0, 100), loud.subarray(100), quiet]) meter.add(pcm)
    expect(meter.level).toEqual(levelOf(Buffer.concat([loud, quiet])))
    expect(meter.samples).toBe(800)
  })
})
