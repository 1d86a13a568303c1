import { LaresError } from '../../shared/errors.ts'
import type { SpeakOptions, TextToSpeech } from '../ports/text-to-speech.ts'
import { pcmSamples } from '../sound/pcm-bytes.ts'
import type { Sound } from '../sound/wav-sound.ts'
import { WyomingCall, type WyomingPlace } from './wyoming-call.ts'

const [LEAST_RATE, MOST_RATE] = [8_000, 48_000]

export interface WyomingVoiceParts extends WyomingPlace {
  /** As the server calls it; `null`: its own. */
  voice: string | null
  languages: readonly string[] | null
}

/** Speaks with a server that speaks Wyoming: piper, another Lares. */
export class WyomingVoice implements TextToSpeech {
  readonly name: string
  readonly languages: readonly string[] | null
  #parts: WyomingVoiceParts

  constructor(parts: WyomingVoiceParts) {
    this.#parts = parts
    this.name = parts.name
    this.languages = parts.languages
  }

  async *speak(text: string, { language, signal }: SpeakOptions): AsyncGenerator<Sound> {
    const { voice } = this.#parts
    const call = new WyomingCall(this.#parts, signal)
    try {
      call.send('synthesize', { text, voice: voice === null ? { language } : { name: voice } })
      const rate = this.#rateOf((await call.next('audio-start')).data)
      for (;;) {
        const { type, payload } = await call.next('audio-chunk', 'audio-stop')
        if (type === 'audio-stop') return
        yield { rate, samples: pcmSamples(payload) }
      }
    } finally {
      call.close()
    }
  }

  #rateOf({ rate, width, channels }: Readonly<Record<string, unknown>>): number {
    if (width === 2 && channels === 1 && Number(rate) >= LEAST_RATE && Number(rate) <= MOST_RATE) return Number(rate)
    throw new LaresError(
      'bad_value',
      `${this.name} speaks with ${rate} samples a second of ${width} bytes and ${channels} channels; 8,000 to 48,000 of 2 bytes and one channel are played`,
    )
  }
}
