import type { ChatMessage, ModelQuestion, ToolCall } from '../engine/model-question.ts'
import type { RankedAnswers } from './ranked-answers.ts'
import { sentenceLimit } from './sentence-limit.ts'
import { speakable } from './speakable.ts'

/** Questions of one answer: whoever still wants something done then has lost itself. */
const ROUNDS = 4
/** Tools that are used in one of them. */
const CALLS_AT_ONCE = 4

export interface HeldAnswerParts {
  answers: RankedAnswers
  question: ModelQuestion
  /** Does what a tool does, and says what came of it. Rejects when the house cannot be asked. */
  use: (call: ToolCall) => Promise<string>
  signal: AbortSignal
}

/** An answer of a model while it is written, with what it has the house do in between. */
export class HeldAnswer {
  /** Who answers, as its settings call it; `null`: nobody has begun. */
  by: string | null = null
  /** Of all its questions; `null`: nobody said. */
  tokens: number | null = null
  #parts: HeldAnswerParts

  constructor(parts: HeldAnswerParts) {
    this.#parts = parts
  }

  /** What of it can be spoken, as it comes. Throws what `RankedAnswers` does. */
  text(): AsyncGenerator<string> {
    return sentenceLimit(speakable(this.#written()), this.#parts.question.mostSentences)
  }

  async *#written(): AsyncGenerator<string> {
    const { answers, question, use, signal } = this.#parts
    const { language, prefer } = question
    const messages: ChatMessage[] = [...question.messages]
    for (let round = 1; round <= ROUNDS; round += 1) {
      // In the last one there is nothing left to be done but to answer.
      const tools = round === ROUNDS ? [] : question.tools
      const asked = await answers.ask({
        messages,
        tools,
        language,
        prefer: this.by === null ? prefer : [this.by],
        signal,
      })
      this.by = asked.by
      const calls: ToolCall[] = []
      let said = ''
      for await (const piece of asked.pieces) {
        if (piece.kind === 'tokens') this.tokens = (this.tokens ?? 0) + piece.tokens
        else if (piece.kind === 'call') calls.push(piece.call)
        else {
          said += piece.text
          yield piece.text
        }
      }
      if (calls.length === 0 || tools.length === 0) return
      if (said !== '') yield '\n'
      const wanted = calls.slice(0, CALLS_AT_ONCE)
      messages.push({ role: 'assistant', text: said, calls: wanted })
      for (const call of wanted) messages.push({ role: 'tool', call, text: await use(call) })
    }
  }
}
