import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { wavHeader } from '../../shared/wav-header.ts'
import { CollectedSentence } from '../../speech/ports/collected-sentence.ts'
import type { HeardWords, HearingSentence, HearOptions, SpeechToText } from '../../speech/ports/speech-to-text.ts'
import { pcmBytes } from '../../speech/sound/pcm-bytes.ts'
import { postStream } from '../http/post-stream.ts'
import type { ModelServer } from './model-server.ts'
import { withinTime } from './within-time.ts'

const MOST_BYTES = 200_000
/** A sentence of some seconds; who needs longer is no help to somebody who waits. */
const WHOLE_MS = 15_000

const answer = z.object({ text: z.string().max(20_000) })

/** Hears as OpenAI does at `/audio/transcriptions`, and as many servers do that run Whisper at home: the sentence as a whole. */
export class TranscriptionEars implements SpeechToText {
  readonly name: string
  readonly languages: readonly string[] | null
  #server: ModelServer
  #clock: Clock

  constructor(server: ModelServer, { clock, languages }: { clock: Clock; languages: readonly string[] | null }) {
    this.#server = server
    this.#clock = clock
    this.name = server.name
    this.languages = languages
  }

  begin(options: HearOptions): HearingSentence {
    return new CollectedSentence((samples) => this.#hear(samples, options))
  }

  async rest(): Promise<void> {}

  async #hear(samples: Int16Array, { language, signal }: HearOptions): Promise<HeardWords> {
    const began = this.#clock.mono()
    const form = new FormData()
    form.set(
      'file',
      new Blob([wavHeader(samples.length * 2), pcmBytes(samples)], { type: 'audio/wav' }),
      'sentence.wav',
    )
    form.set('model', this.#server.model)
    form.set('language', language)
    form.set('response_format', 'json')
    const made = new Response(form)
    const { url, ca } = this.#server
    const headers = { ...(await this.#server.headers()), 'content-type': made.headers.get('content-type') ?? '' }
    const body = Buffer.from(await made.arrayBuffer())
    const text = await withinTime({ clock: this.#clock, ms: WHOLE_MS, name: this.name, signal }, async (inTime) => {
      const parts: Buffer[] = []
      const post = { url: `${url}/audio/transcriptions`, headers, body, ca, signal: inTime, mostBytes: MOST_BYTES }
      for await (const part of postStream(post)) parts.push(part)
      return wordsIn(Buffer.concat(parts).toString('utf8'))
    })
    return { text, tookMs: this.#clock.mono() - began }
  }
}

function wordsIn(json: string): string {
  try {
    return answer.parse(JSON.parse(json)).text.trim()
  } catch (error) {
    throw new LaresError('unreachable', 'it answers with something that is no transcript', { cause: error })
  }
}
