import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import {
  type HeardWords,
  type HearingSentence,
  type HearOptions,
  hearWhole,
  type SpeechToText,
} from '../ports/speech-to-text.ts'
import { joinSamples } from '../sound/join-samples.ts'
import type { RankedEngine, Ranking } from './ranking.ts'

/** Hears with the best that works: the first has the sound as it comes, and who follows has it as a whole. */
export class RankedEars implements SpeechToText {
  readonly name = 'what hears here'
  readonly languages = null
  #ranking: Ranking<SpeechToText>
  #clock: Clock

  constructor(ranking: Ranking<SpeechToText>, clock: Clock) {
    this.#ranking = ranking
    this.#clock = clock
  }

  begin(options: HearOptions): HearingSentence {
    const [first, ...others] = this.#ranking.order(options)
    const pieces: Int16Array[] = []
    const live = first?.engine.begin(options)
    return {
      sound(samples) {
        pieces.push(samples)
        live?.sound(samples)
      },
      words: async () => {
        if (first === undefined || live === undefined)
          throw new LaresError('missing_program', `nothing here understands ${options.language}`)
        return await this.#first(first, () => live.words(), options).catch((error: unknown) =>
          this.#others(others, joinSamples(pieces), { options, error: asError(error) }),
        )
      },
    }
  }

  async rest(): Promise<void> {
    await Promise.all(this.#ranking.order({ language: 'en' }).map(({ engine }) => engine.rest()))
  }

  async #others(
    others: readonly RankedEngine<SpeechToText>[],
    samples: Int16Array,
    { options, error }: { options: HearOptions; error: Error },
  ): Promise<HeardWords> {
    let last = error
    for (const one of others) {
      options.signal?.throwIfAborted()
      try {
        return await this.#first(one, () => hearWhole(one.engine, samples, options), options)
      } catch (failed) {
        last = asError(failed)
      }
    }
    throw last
  }

  /** What somebody interrupts is nobody's failure. */
  async #first(
    { key }: RankedEngine<SpeechToText>,
    hear: () => Promise<HeardWords>,
    { signal }: HearOptions,
  ): Promise<HeardWords> {
    const began = this.#clock.mono()
    try {
      const words = await hear()
      this.#ranking.breaker(key).worked(this.#clock.mono() - began)
      return { ...words, by: words.by ?? key }
    } catch (error) {
      if (!signal?.aborted) this.#ranking.breaker(key).failed(asError(error))
      throw error
    }
  }
}
