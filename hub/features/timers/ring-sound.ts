import { crockford } from '../../../shared/ids.ts'
import { AUDIO } from '../../../shared/limits.ts'
import { encodeAudioFrame, FRAME_FLAGS } from '../../../shared/messages/audio-frame.ts'
import type { Context } from '../../engine/context.ts'

/** Three short beeps and a pause, twice. */
const BEEP_MS = 120
const BEEPS = 3
const GAP_MS = 100
const BARS = 2
const BAR_MS = 1_000
const HERTZ = 988
const AMPLITUDE = 0.3 * 32_767
/** A tone that begins or ends at once clicks. */
const FADE_MS = 8

let sound: readonly Buffer[] | null = null

/** Has the device play the sound of a timer once. One that is not there, or has no speaker, hears nothing. */
export function ringSound(context: Pick<Context, 'topics' | 'random' | 'effect'>, device: string): void {
  sound ??= framesOf(ringPcm())
  const topic = context.topics.build('speech', { device, speech: `ring-${crockford(12, context.random)}` })
  for (const frame of sound)
    context.effect({
      kind: 'publish',
      topic,
      payload: frame.toString('base64'),
      encoding: 'base64',
      qos: 0,
      retain: false,
    })
}

/** PCM s16le 16 kHz mono. */
function ringPcm(): Buffer {
  const perMs = AUDIO.rate / 1_000
  const pcm = Buffer.alloc(BARS * BAR_MS * perMs * AUDIO.bytesPerSample)
  for (let bar = 0; bar < BARS; bar++)
    for (let beep = 0; beep < BEEPS; beep++) {
      const from = (bar * BAR_MS + beep * (BEEP_MS + GAP_MS)) * perMs
      const [samples, fade] = [BEEP_MS * perMs, FADE_MS * perMs]
      for (let at = 0; at < samples; at++) {
        const envelope = Math.min(1, at / fade, (samples - 1 - at) / fade)
        const value = AMPLITUDE * envelope * Math.sin((2 * Math.PI * HERTZ * at) / AUDIO.rate)
        pcm.writeInt16LE(Math.round(value), (from + at) * AUDIO.bytesPerSample)
      }
    }
  return pcm
}

function framesOf(pcm: Buffer): Buffer[] {
  const bytes = AUDIO.frameSamples * AUDIO.bytesPerSample
  const frames: Buffer[] = []
  for (let from = 0; from < pcm.length; from += bytes) {
    const isLast = from + bytes >= pcm.length
    const flags = (from === 0 ? FRAME_FLAGS.start : 0) | (isLast ? FRAME_FLAGS.end : 0)
    const frame = { stream: 0, seq: frames.length, flags, captureUs: 0, pcm: pcm.subarray(from, from + bytes) }
    frames.push(encodeAudioFrame(frame))
  }
  return frames
}
