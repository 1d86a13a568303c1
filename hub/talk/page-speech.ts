import { type Clock, wait } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { wavHeader } from '../../shared/wav-header.ts'
import { hearWhole } from '../../speech/ports/speech-to-text.ts'
import { joinSamples } from '../../speech/sound/join-samples.ts'
import { pcmBytes } from '../../speech/sound/pcm-bytes.ts'
import type { SpeechChoice, SpeechDesk } from '../contract/speech-desk.ts'
import type { TalkEngines } from './talk-engines.ts'

/** Sentences of pages that are heard or spoken at once: the speakers of the house have the same engines, and go on. */
const AT_ONCE = 2
/** An engine that takes longer answers nobody. */
const PATIENCE_MS = 30_000
/** A text of a thousand characters is spoken in some eighty seconds. */
const LONGEST_S = 180

const NO_EARS = 'On its machine: lares voice install. Others, and other languages: docs/voice.md.'
const NO_VOICE = 'On its machine: sudo apt install flite espeak-ng. Others, and other languages: docs/voice.md.'
const OTHER_EARS =
  'lares voice install brings English alone. What understands other languages: docs/voice.md, "Whisper, Piper and others elsewhere".'

/** Hears and speaks for the page, with the engines of the speakers. */
export class PageSpeech implements SpeechDesk {
  #engines: Pick<TalkEngines, 'ears' | 'voice'>
  #clock: Clock
  #underWay = 0

  constructor(engines: Pick<TalkEngines, 'ears' | 'voice'>, clock: Clock) {
    this.#engines = engines
    this.#clock = clock
  }

  hear(
    samples: Int16Array,
    choice: SpeechChoice,
    signal: AbortSignal,
  ): Promise<{ text: string; by: string | null; tookMs: number }> {
    return this.#bounded(signal, async (until) => {
      const ears = this.#engines.ears()
      if (ears === null)
        throw new LaresError('missing_program', 'nothing on this hub understands speech', { hint: NO_EARS })
      const {
        text,
        by = ears.name,
        tookMs,
      } = await hearWhole(ears, samples, { ...choice, signal: until }).catch((error) => {
        throw withHint(error, OTHER_EARS)
      })
      return { text, by, tookMs }
    })
  }

  speak(text: string, choice: SpeechChoice, signal: AbortSignal): Promise<Buffer> {
    return this.#bounded(signal, async (until) => {
      const voice = this.#engines.voice()
      if (voice === null) throw new LaresError('missing_program', 'nothing on this hub speaks', { hint: NO_VOICE })
      const pieces: Int16Array[] = []
      let rate = 16_000
      let samples = 0
      try {
        for await (const piece of voice.speak(text, { ...choice, signal: until })) {
          rate = piece.rate
          samples += piece.samples.length
          if (samples > LONGEST_S * rate)
            throw new LaresError('too_large', `what is spoken is longer than ${LONGEST_S} seconds`, {
              hint: 'Say less at once.',
            })
          pieces.push(piece.samples)
        }
      } catch (error) {
        throw withHint(error, NO_VOICE)
      }
      const bytes = pcmBytes(joinSamples(pieces))
      return Buffer.concat([wavHeader(bytes.length, rate), bytes])
    })
  }

  /** One of a few at once, and not for ever. */
  async #bounded<T>(signal: AbortSignal, run: (until: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    if (this.#underWay >= AT_ONCE)
      throw new LaresError('busy', 'others are being heard and spoken to at the page right now')
    this.#underWay += 1
    const over = new AbortController()
    const until = AbortSignal.any([signal, over.signal])
    const late = wait(this.#clock, PATIENCE_MS, until).then(() => {
      signal.throwIfAborted()
      throw new LaresError('timed_out', 'the engines of this hub took too long', {
        hint: 'Say it again. Which of them is slow says lares voice doctor on its machine.',
      })
    })
    // Whichever loses is waited for by nobody.
    late.catch(() => {})
    try {
      return await Promise.race([run(until), late])
    } finally {
      this.#underWay -= 1
      over.abort()
    }
  }
}

/** Engines know what they lack, and not what to do about it here. */
function withHint(error: unknown, hint: string): unknown {
  if (!(error instanceof LaresError) || error.code !== 'missing_program') return error
  return new LaresError('missing_program', error.message, { cause: error, hint })
}
