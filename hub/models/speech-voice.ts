import type { SpeakOptions, TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { pcmSamples } from '../../speech/sound/pcm-bytes.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'
import { postStream } from '../http/post-stream.ts'
import type { ModelServer } from './model-server.ts'

/** What `response_format` pcm is documented to be: 24 kHz, 16 bits, one channel. */
const RATE = 24_000
/** Two minutes of it. */
const MOST_BYTES = RATE * 2 * 120
const SOUND = /^(?:audio\/|application\/octet-stream)/i

/** Speaks as OpenAI does at `/audio/speech`, and as servers do that run a voice at home. Its sound is given on as it comes. */
export class SpeechVoice implements TextToSpeech {
  readonly name: string
  readonly languages: readonly string[] | null
  #server: ModelServer
  #voice: string

  constructor(server: ModelServer, { voice, languages }: { voice: string; languages: readonly string[] | null }) {
    this.#server = server
    this.#voice = voice
    this.name = server.name
    this.languages = languages
  }

  async *speak(text: string, { signal = new AbortController().signal }: SpeakOptions): AsyncGenerator<Sound> {
    const { url, ca, model } = this.#server
    const body = JSON.stringify({ model, voice: this.#voice, input: text, response_format: 'pcm' })
    const headers = { ...(await this.#server.headers()), 'content-type': 'application/json' }
    const post = { url: `${url}/audio/speech`, headers, body, ca, signal, mostBytes: MOST_BYTES, kind: SOUND }
    let half: Buffer = Buffer.alloc(0)
    for await (const bytes of postStream(post)) {
      const all = half.length === 0 ? bytes : Buffer.concat([half, bytes])
      const whole = all.length - (all.length % 2)
      half = all.subarray(whole)
      if (whole > 0) yield { rate: RATE, samples: pcmSamples(all.subarray(0, whole)) }
    }
  }
}
