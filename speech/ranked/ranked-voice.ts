import { type Clock, wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { SpeakOptions, TextToSpeech } from '../ports/text-to-speech.ts'
import type { Sound } from '../sound/wav-sound.ts'
import type { RankedEngine, Ranking } from './ranking.ts'

/** A voice that has not begun by then is not waited for. */
const FIRST_MS = 5_000

/**
 * Speaks with the best that works. One that fails before its first sound gives way to the next; what was begun is never begun again in another
 * voice: half a sentence twice is worse than half a sentence.
 */
export class RankedVoice implements TextToSpeech {
  readonly name = 'the voices here'
  readonly languages = null
  #ranking: Ranking<TextToSpeech>
  #clock: Clock

  constructor(ranking: Ranking<TextToSpeech>, clock: Clock) {
    this.#ranking = ranking
    this.#clock = clock
  }

  async *speak(text: string, options: SpeakOptions): AsyncGenerator<Sound> {
    let last: unknown = new LaresError('missing_program', `no voice speaks ${options.language} here`)
    for (const one of this.#ranking.order(options)) {
      options.signal?.throwIfAborted()
      const spoken = one.engine.speak(text, options)[Symbol.asyncIterator]()
      let first: IteratorResult<Sound>
      try {
        first = await this.#first(one, spoken)
      } catch (error) {
        if (options.signal?.aborted) throw error
        this.#ranking.breaker(one.key).failed(asError(error))
        last = error
        continue
      }
      yield* this.#rest(one, first, { spoken, options })
      return
    }
    throw last
  }

  async #first(
    { key, engine }: RankedEngine<TextToSpeech>,
    spoken: AsyncIterator<Sound>,
  ): Promise<IteratorResult<Sound>> {
    const began = this.#clock.mono()
    const over = new AbortController()
    const late = wait(this.#clock, FIRST_MS, over.signal).then(() => {
      if (over.signal.aborted) return null
      throw new LaresError('timed_out', `${engine.name} did not begin to speak within ${durationWords(FIRST_MS)}`)
    })
    const next = spoken.next()
    // Whichever loses is waited for by nobody.
    next.catch(() => {})
    try {
      const first = (await Promise.race([next, late])) ?? (await next)
      this.#ranking.breaker(key).worked(this.#clock.mono() - began)
      return first
    } finally {
      over.abort()
    }
  }

  async *#rest(
    { key }: RankedEngine<TextToSpeech>,
    first: IteratorResult<Sound>,
    { spoken, options }: { spoken: AsyncIterator<Sound>; options: SpeakOptions },
  ): AsyncGenerator<Sound> {
    try {
      for (let piece = first; !piece.done; piece = await spoken.next()) yield piece.value
    } catch (error) {
      if (!options.signal?.aborted) this.#ranking.breaker(key).failed(asError(error))
      throw error
    } finally {
      await spoken.return?.()
    }
  }
}
