import { describe, expect, it } from 'vitest'
import { resample } from '../../speech/sound/resample.ts'
import { speechPieces } from '../../speech/sound/speech-pieces.ts'
import { trimSilence } from '../../speech/sound/trim-silence.ts'
import { readWav } from '../../speech/sound/wav-sound.ts'
import { comparedWords, wordErrors } from '../../speech/word-errors.ts'

const RATE = 16_000

function tone(hertz: number, { rate = RATE, seconds = 1, height = 10_000 } = {}): Int16Array {
  return Int16Array.from({ length: rate * seconds }, (_, n) => height * Math.sin((2 * Math.PI * hertz * n) / rate))
}

/** Root of the mean square of its middle, where no edge is heard. */
function level(samples: Int16Array): number {
  const middle = samples.subarray(samples.length >> 2, samples.length - (samples.length >> 2))
  return Math.sqrt(middle.reduce((sum, one) => sum + one * one, 0) / middle.length)
}

function joined(...parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]))
}

/** A file as programs write them: parts in any order, and a length that was not known yet. */
function wav(samples: Int16Array, { channels = 1, bits = 16, length = samples.byteLength, between = '' } = {}): Buffer {
  const format = Buffer.alloc(24)
  format.write('fmt ', 0, 'latin1')
  format.writeUInt32LE(16, 4)
  format.writeUInt16LE(1, 8)
  format.writeUInt16LE(channels, 10)
  format.writeUInt32LE(RATE, 12)
  format.writeUInt16LE(bits, 22)
  const data = Buffer.alloc(8)
  data.write('data', 0, 'latin1')
  data.writeUInt32LE(length, 4)
  return Buffer.concat([
    Buffer.from('RIFF????WAVE', 'latin1'),
    Buffer.from(between, 'latin1'),
    format,
    data,
    Buffer.from(samples.buffer),
  ])
}

describe('a WAV file', () => {
  it('is read to its end, whatever stands before its sound, and whether its length was known or not', () => {
    const samples = Int16Array.of(1, -2, 32_767, -32_768)
    for (const made of [
      wav(samples),
      wav(samples, { length: 0x7fff_ffff }),
      wav(samples, { between: 'LIST\x03\0\0\0abc\0' }),
    ])
      expect(readWav(made)).toEqual({ rate: RATE, samples })
    // It lies somewhere in a larger buffer, at an odd place too.
    const shifted = Buffer.concat([Buffer.alloc(3), wav(samples)]).subarray(3)
    expect(readWav(shifted).samples).toEqual(samples)
  })

  it('of another kind is said to be one', () => {
    expect(() => readWav(wav(tone(440), { channels: 2 }))).toThrow('a WAV file of 16 bits and 2 channels is not read')
    expect(() => readWav(wav(tone(440), { bits: 24 }))).toThrow('24 bits')
    expect(() => readWav(Buffer.from('MP3'))).toThrow('no WAV file')
    for (let cut = 0; cut < 44; cut += 1) expect(() => readWav(wav(tone(440)).subarray(0, cut))).toThrow(/WAV/)
  })
})

describe('another rate', () => {
  it.each([22_050, 44_100, 8_000])('keeps the loudness and length of speech from %i', (rate) => {
    const spoken = { rate, samples: tone(600, { rate }) }
    const { samples } = resample(spoken, RATE)
    expect(samples.length).toBe(RATE)
    expect(level(samples) / level(spoken.samples)).toBeCloseTo(1, 1)
  })

  it('folds nothing down that it cannot hold', () => {
    const { samples } = resample({ rate: 44_100, samples: tone(12_000, { rate: 44_100 }) }, RATE)
    expect(20 * Math.log10(level(samples) / level(tone(12_000, { rate: 44_100 })))).toBeLessThan(-55)
  })
})

describe('silence', () => {
  it('before and behind a sentence goes, and that in it stays', () => {
    const quiet = new Int16Array(RATE)
    const sentence = joined(tone(300, { seconds: 1 }), quiet, tone(300, { seconds: 1 }))
    const trimmed = trimSilence(joined(quiet, sentence, quiet), RATE)
    expect(trimmed.length / RATE).toBeGreaterThan(3.1)
    expect(trimmed.length / RATE).toBeLessThan(3.3)
  })

  it('goes where a room hums, and nothing goes of what is as loud everywhere', () => {
    const hum = tone(50, { height: 100 })
    expect(trimSilence(joined(hum, tone(300), hum), RATE).length / RATE).toBeLessThan(1.3)
    expect(trimSilence(hum, RATE)).toHaveLength(RATE)
    expect(trimSilence(new Int16Array(RATE), RATE)).toHaveLength(RATE)
    expect(trimSilence(new Int16Array(), RATE)).toHaveLength(0)
  })
})

describe('a long speech', () => {
  it('is cut where it is quietest, and loses nothing', () => {
    const pause = new Int16Array(RATE / 2)
    const spoken = joined(tone(300, { seconds: 25 }), pause, tone(300, { seconds: 20 }))
    const pieces = speechPieces(spoken, RATE)
    expect(pieces.map((piece) => Math.round((piece.length / RATE) * 10) / 10)).toEqual(
      [25.1, 20.4].map((s) => expect.closeTo(s, 0)),
    )
    expect(joined(...pieces)).toEqual(spoken)
    expect(speechPieces(tone(300, { seconds: 100 }), RATE).every((piece) => piece.length <= 30 * RATE)).toBe(true)
    expect(speechPieces(pause, RATE)).toEqual([pause])
  })
})

describe('words that were heard', () => {
  it('are compared as they are spoken', () => {
    expect(comparedWords("Don't — switch OFF, please!")).toEqual(["don't", 'switch', 'off', 'please'])
    expect(wordErrors('Turn off the lamp.', 'turn off the lamp')).toBe(0)
    expect(wordErrors('turn off the lamp', 'turn of lamp now')).toBe(0.75)
    expect(wordErrors('turn off the lamp', '')).toBe(1)
    expect(wordErrors('', 'something')).toBe(1)
  })
})
