import { describe, expect, it } from 'vitest'
import type { SoundPiece } from '../../../hub/contract/sound-taker.ts'
import { TurnLevel } from '../../../hub/voice/turn-level.ts'
import { SILENCE_DB } from '../../../shared/sound-level.ts'

/** A square wave: its root mean square is its peak. */
function square(samples: number, size: number): SoundPiece {
  const pcm = Buffer.alloc(samples * 2)
  for (let index = 0; index < samples; index++) pcm.writeInt16LE(index % 2 ? size : -size, index * 2)
  return { kind: 'sound', pcm }
}

const lost = (samples: number): SoundPiece => ({ kind: 'gap', lost: samples, dropped: 0 })

function levelOf(...pieces: SoundPiece[]) {
  const taker = new TurnLevel()
  for (const piece of pieces) taker.take(piece)
  taker.end()
  return taker.level
}

const HALF_DB = -6.02
const TENTH_DB = -20

describe('the level of a turn', () => {
  it('is told second by second, whatever the length of the frames, the last one for what there is of it', () => {
    const loud = Array.from({ length: 25 }, () => square(640, 16_384))
    const level = levelOf(...loud, square(700, 3_277), square(15_300, 3_277), square(640, 16_384))
    expect(level?.perSecond.rmsDb.map((db) => Math.round(db * 10) / 10)).toEqual([-6, -20, -6])
    expect(level?.perSecond.peakDb[1]).toBeCloseTo(TENTH_DB, 1)
    expect(level?.peakDb).toBeCloseTo(HALF_DB, 2)
  })

  it('is the mean of the power of all of it, not of the decibels', () => {
    const level = levelOf(square(16_000, 16_384), square(16_000, 0))
    expect(level?.meanDb).toBeCloseTo(HALF_DB - 3.01, 2)
  })

  it('is that of what came: what was lost has its time and no level', () => {
    const level = levelOf(square(8_000, 16_384), lost(8_000 + 3 * 16_000), square(16_000, 16_384))
    expect(level?.perSecond.rmsDb.map(Math.round)).toEqual([-6, SILENCE_DB, SILENCE_DB, SILENCE_DB, -6])
    expect(level?.meanDb).toBeCloseTo(HALF_DB, 2)
  })

  it('crosses from one second into the next within a piece', () => {
    const level = levelOf(square(24_000, 16_384), square(8_000, 0))
    expect(level?.perSecond.rmsDb[0]).toBeCloseTo(HALF_DB, 2)
    expect(level?.perSecond.rmsDb[1]).toBeCloseTo(HALF_DB - 3.01, 2)
    expect(level?.perSecond.rmsDb).toHaveLength(2)
  })

  it('is none when no sample came', () => {
    expect(levelOf()).toBeNull()
    expect(levelOf(lost(16_000), { kind: 'sound', pcm: Buffer.alloc(0) })).toBeNull()
  })
})
