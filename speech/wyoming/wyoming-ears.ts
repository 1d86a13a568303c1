import type { HeardWords, HearingSentence, HearOptions, SpeechToText } from '../ports/speech-to-text.ts'
import { pcmBytes } from '../sound/pcm-bytes.ts'
import { WyomingCall, type WyomingPlace } from './wyoming-call.ts'

const FORMAT = { rate: 16_000, width: 2, channels: 1 } as const

export interface WyomingEarsParts extends WyomingPlace {
  /** As the server calls it; `null`: its own. */
  model: string | null
  languages: readonly string[] | null
}

/** Hears with a server that speaks Wyoming: faster-whisper, whisper.cpp, another Lares. It has the sound as it comes. */
export class WyomingEars implements SpeechToText {
  readonly name: string
  readonly languages: readonly string[] | null
  #parts: WyomingEarsParts

  constructor(parts: WyomingEarsParts) {
    this.#parts = parts
    this.name = parts.name
    this.languages = parts.languages
  }

  begin({ language, signal }: HearOptions): HearingSentence {
    const { model, clock } = this.#parts
    const call = new WyomingCall(this.#parts, signal)
    call.send('transcribe', { language, ...(model === null ? {} : { name: model }) })
    call.send('audio-start', { ...FORMAT, timestamp: 0 })
    return {
      sound: (samples) => call.send('audio-chunk', { ...FORMAT }, pcmBytes(samples)),
      words: async (): Promise<HeardWords> => {
        const began = clock.mono()
        try {
          call.send('audio-stop', {})
          const { data } = await call.next('transcript')
          return { text: typeof data.text === 'string' ? data.text : '', tookMs: clock.mono() - began }
        } finally {
          call.close()
        }
      },
    }
  }

  async rest(): Promise<void> {}
}
