import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { ToolCall } from '../engine/model-question.ts'
import type { HeardAnswer } from '../engine/spoken-turns.ts'
import { HeldAnswer } from '../models/held-answer.ts'
import type { RankedAnswers } from '../models/ranked-answers.ts'
import type { Waterfall } from './waterfall.ts'

export interface ModelAnswerParts {
  answers: RankedAnswers
  asked: Extract<HeardAnswer, { kind: 'ask' }>
  log: Log
  device: string
  waterfall: Waterfall
  signal: AbortSignal
  use: (call: ToolCall) => Promise<string>
  sorry: (what: 'cannot_answer' | 'broken_off') => string
}

/** What a model answers aloud, and what is said in its place where it fails. */
export class ModelAnswer {
  /** Why it was not what was asked for; `null`: it was. */
  error: Error | null = null
  #parts: ModelAnswerParts
  #held: HeldAnswer
  #said = false

  constructor(parts: ModelAnswerParts) {
    const { answers, asked, use, signal } = parts
    this.#parts = parts
    this.#held = new HeldAnswer({ answers, question: asked.question, use, signal })
  }

  /** Who made the words. */
  get by(): string {
    if (this.#said && this.#held.by !== null) return this.#held.by
    return this.error === null ? 'sentences' : 'apology'
  }

  get tokens(): number | null {
    return this.#held.tokens
  }

  /** Throws the signal's reason alone. */
  async *text(): AsyncGenerator<string> {
    const { asked, waterfall, log, device, sorry, signal } = this.#parts
    try {
      for await (const text of this.#held.text()) {
        waterfall.mark('answer_first')
        if (text.trim() !== '') this.#said = true
        yield text
      }
      if (!this.#said) yield asked.otherwise
    } catch (error) {
      signal.throwIfAborted()
      this.error = asError(error)
      log.warn(
        { device, engine: this.#held.by, error: this.error.message },
        'what was asked was not answered to its end',
      )
      yield this.#said ? ` ${sorry('broken_off')}` : sorry('cannot_answer')
    } finally {
      waterfall.mark('answer_first')
      waterfall.mark('answer_last')
    }
  }
}
