import { AUDIO } from '../../shared/limits.ts'

/** Short signals, made when the program starts, so that there is no file to lose. */
export type EarconName = 'listening' | 'done' | 'refused' | 'muted' | 'unmuted'

interface Tone {
  hertz: number
  ms: number
}

/** Rising: something opens. Falling: something closes. Twice the same low tone: no. */
const TONES: Record<EarconName, Tone[]> = {
  listening: [
    { hertz: 660, ms: 70 },
    { hertz: 880, ms: 90 },
  ],
  done: [{ hertz: 880, ms: 80 }],
  refused: [
    { hertz: 220, ms: 120 },
    { hertz: 0, ms: 60 },
    { hertz: 220, ms: 160 },
  ],
  muted: [
    { hertz: 880, ms: 70 },
    { hertz: 440, ms: 120 },
  ],
  unmuted: [
    { hertz: 440, ms: 70 },
    { hertz: 880, ms: 120 },
  ],
}

const AMPLITUDE = 0.2 * 32_767
/** A tone that begins or ends at once clicks. */
const FADE_MS = 8

/** The signal as PCM s16le 16 kHz mono, at -17 dB RMS. */
export function earcon(name: EarconName): Buffer {
  return Buffer.concat(TONES[name].map(tone))
}

function tone({ hertz, ms }: Tone): Buffer {
  const samples = Math.round((AUDIO.rate * ms) / 1_000)
  const fade = (AUDIO.rate * FADE_MS) / 1_000
  const pcm = Buffer.alloc(samples * AUDIO.bytesPerSample)
  for (let index = 0; index < samples; index++) {
    const envelope = Math.min(1, index / fade, (samples - 1 - index) / fade)
    const value = AMPLITUDE * envelope * Math.sin((2 * Math.PI * hertz * index) / AUDIO.rate)
    pcm.writeInt16LE(Math.round(value), index * AUDIO.bytesPerSample)
  }
  return pcm
}
