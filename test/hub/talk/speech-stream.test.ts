import { describe, expect, it } from 'vitest'
import { SpeechStream } from '../../../hub/talk/speech-stream.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { type AudioFrame, decodeAudioFrame, FRAME_FLAGS } from '../../../shared/messages/audio-frame.ts'

function open(rate = 16_000) {
  const clock = new ManualClock()
  const frames: AudioFrame[] = []
  const stream = new SpeechStream({
    clock,
    rate,
    send(bytes) {
      const frame = decodeAudioFrame(bytes)
      if (typeof frame === 'string') throw new Error(frame)
      frames.push(frame)
    },
  })
  return { clock, frames, stream }
}

const counting = (length: number, from = 0) => Int16Array.from({ length }, (_, n) => (from + n) % 30_000)
const samplesOf = (frames: readonly AudioFrame[]) =>
  frames.flatMap(({ pcm }) => Array.from({ length: pcm.length / 2 }, (_, n) => Buffer.from(pcm).readInt16LE(n * 2)))

describe('speech on its way to a speaker', () => {
  it.each([1, 639, 640, 641, 1_280, 5_000])(
    'has %i samples in order, of which the last frame says that it is',
    async (length) => {
      const { frames, stream } = open()
      for (let at = 0; at < length; at += 300) await stream.write(counting(Math.min(300, length - at), at))
      stream.end()
      expect(samplesOf(frames)).toEqual([...counting(length)])
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, n) => n))
      expect(frames.map(({ flags }) => (flags & FRAME_FLAGS.end) !== 0)).toEqual(
        frames.map((_, n) => n === frames.length - 1),
      )
    },
  )

  it('is at most two seconds ahead of what can have been played', async () => {
    const { clock, frames, stream } = open(8_000)
    const written = stream.write(counting(8_000 * 5)).then(() => stream.end())
    await settled()
    const sentMs = () => (samplesOf(frames).length / 8_000) * 1_000
    expect(sentMs()).toBeGreaterThan(1_900)
    expect(sentMs()).toBeLessThanOrEqual(2_080)
    for (let ms = 0; ms < 1_000; ms += 80) {
      clock.advance(80)
      await settled()
    }
    expect(sentMs()).toBeGreaterThan(2_900)
    expect(sentMs()).toBeLessThanOrEqual(3_200)
    for (let ms = 0; ms < 4_000; ms += 80) {
      clock.advance(80)
      await settled()
    }
    await written
    expect(sentMs()).toBe(5_000)
  })

  it('ends at once when nobody listens any more', async () => {
    const { frames, stream } = open()
    const written = stream.write(counting(16_000 * 60))
    await settled()
    const sent = frames.length
    stream.cancel()
    await written
    await stream.write(counting(1_000))
    stream.end()
    expect(frames).toHaveLength(sent)
  })
})

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}
