import { type Clock, wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { Ranking } from '../../speech/ranked/ranking.ts'
import type { AnswerTool, ChatMessage } from '../engine/model-question.ts'
import type { AnswerEngine, AnswerPiece } from './answer-engine.ts'

/** A model that is not in memory yet needs its time; whoever asked has two quiet notes meanwhile. */
const FIRST_MS = 20_000
/** In the middle of a sentence nobody waits for so long. */
const NEXT_MS = 10_000

export interface RankedQuestion {
  messages: readonly ChatMessage[]
  tools: readonly AnswerTool[]
  language: string
  /** Engines that are to be asked before others, by their keys. */
  prefer: readonly string[]
  signal: AbortSignal
}

/** What comes of a question, and from whom. */
export interface RankedAnswer {
  /** As its settings call it. */
  by: string
  pieces: AsyncGenerator<AnswerPiece>
}

/**
 * Asks the best that works. One that fails before its first word gives way to the next; what was begun is never begun again by
 * another: two halves of two answers are none.
 */
export class RankedAnswers {
  #ranking: Ranking<AnswerEngine>
  #clock: Clock

  constructor(ranking: Ranking<AnswerEngine>, clock: Clock) {
    this.#ranking = ranking
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#ranking.isEmpty
  }

  health() {
    return this.#ranking.health()
  }

  /** Resolves as soon as somebody began to answer. Rejects with the error of the last, and with the signal's reason. */
  async ask({ messages, tools, language, prefer, signal }: RankedQuestion): Promise<RankedAnswer> {
    let last: unknown = new LaresError('missing_program', 'nobody here answers what no sentence means')
    for (const { key, engine } of this.#ranking.order({ language, prefer })) {
      signal.throwIfAborted()
      // Ends the connection to one that is too slow, and to nobody else.
      const own = new AbortController()
      const both = AbortSignal.any([signal, own.signal])
      const pieces = engine.answer(messages, { tools, signal: both })[Symbol.asyncIterator]()
      const began = this.#clock.mono()
      try {
        const first = await this.#within(FIRST_MS, pieces.next(), engine.name)
        if (first.done) throw new LaresError('unreachable', `${engine.name} answers nothing`)
        this.#ranking.breaker(key).worked(this.#clock.mono() - began)
        return { by: key, pieces: this.#rest({ key, name: engine.name }, first, { pieces, own, signal }) }
      } catch (error) {
        own.abort(asError(error))
        if (signal.aborted) throw error
        this.#ranking.breaker(key).failed(asError(error))
        last = error
      }
    }
    throw last
  }

  async *#rest(
    { key, name }: { key: string; name: string },
    first: IteratorResult<AnswerPiece>,
    { pieces, own, signal }: { pieces: AsyncIterator<AnswerPiece>; own: AbortController; signal: AbortSignal },
  ): AsyncGenerator<AnswerPiece> {
    try {
      for (let piece = first; !piece.done; piece = await this.#within(NEXT_MS, pieces.next(), name)) yield piece.value
    } catch (error) {
      if (!signal.aborted) this.#ranking.breaker(key).failed(asError(error))
      throw error
    } finally {
      // Also when nobody reads on: the server writes for nobody then.
      own.abort(new Error('nobody reads on'))
    }
  }

  async #within<T>(ms: number, next: Promise<T>, name: string): Promise<T> {
    const over = new AbortController()
    const late = wait(this.#clock, ms, over.signal).then(() => {
      if (over.signal.aborted) return null
      throw new LaresError('timed_out', `${name} said nothing for ${durationWords(ms)}`)
    })
    // Whichever loses is waited for by nobody.
    next.catch(() => {})
    try {
      return (await Promise.race([next, late])) ?? (await next)
    } finally {
      over.abort()
    }
  }
}
