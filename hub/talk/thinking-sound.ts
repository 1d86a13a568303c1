import type { Cancel, Clock } from '../../shared/clock.ts'
import { AUDIO } from '../../shared/limits.ts'
import { encodeAudioFrame, FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'

/** Nobody is left in silence for longer than two seconds: the first sound is on its way well before. */
const EVERY_MS = 1_700
/** Two soft notes, one after the other. */
const NOTES = [523, 659] as const
const NOTE_MS = 120
const AMPLITUDE = 0.08 * 32_767
/** A tone that begins or ends at once clicks. */
const FADE_MS = 30
const PER_MS = AUDIO.rate / 1_000

export interface ThinkingParts {
  clock: Clock
  play: (frame: Buffer, speech: string) => void
  /** A new id on the wire. */
  id: () => string
}

export interface ThinkingSound {
  stop(): void
}

/** Plays a quiet sign that somebody is still thinking, again and again until it is stopped. What is spoken then takes its place. */
export function thinkingSound({ clock, play, id }: ThinkingParts): ThinkingSound {
  const cancel: Cancel = clock.every(EVERY_MS, () => {
    const speech = id()
    for (const frame of frames()) play(frame, speech)
  })
  return { stop: cancel }
}

let made: readonly Buffer[] | null = null

function frames(): readonly Buffer[] {
  made ??= framed(notes())
  return made
}

/** PCM s16le 16 kHz mono. */
function notes(): Buffer {
  const pcm = Buffer.alloc(NOTES.length * NOTE_MS * PER_MS * AUDIO.bytesPerSample)
  for (const [n, hertz] of NOTES.entries())
    for (let at = 0; at < NOTE_MS * PER_MS; at += 1) {
      const envelope = Math.min(1, at / (FADE_MS * PER_MS), (NOTE_MS * PER_MS - at) / (FADE_MS * PER_MS))
      const value = AMPLITUDE * envelope * Math.sin((2 * Math.PI * hertz * at) / AUDIO.rate)
      pcm.writeInt16LE(Math.round(value), (n * NOTE_MS * PER_MS + at) * AUDIO.bytesPerSample)
    }
  return pcm
}

function framed(pcm: Buffer): Buffer[] {
  const bytes = AUDIO.frameSamples * AUDIO.bytesPerSample
  return Array.from({ length: pcm.length / bytes }, (_, seq) =>
    encodeAudioFrame({
      ...{ stream: 0, seq, captureUs: seq * AUDIO.frameMs * 1_000 },
      flags: (seq === 0 ? FRAME_FLAGS.start : 0) | ((seq + 1) * bytes >= pcm.length ? FRAME_FLAGS.end : 0),
      pcm: pcm.subarray(seq * bytes, (seq + 1) * bytes),
    }),
  )
}
