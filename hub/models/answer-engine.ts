import type { AnswerTool, ChatMessage, ToolCall } from '../engine/model-question.ts'

/** What comes of an answer, in its order. Calls come whole. */
export type AnswerPiece =
  | { kind: 'text'; text: string }
  | { kind: 'call'; call: ToolCall }
  /** Of the question and the answer together. */
  | { kind: 'tokens'; tokens: number }

export interface AnswerOptions {
  tools: readonly AnswerTool[]
  /** Nobody wants to know any more: whoever answers is told so by the end of the connection. */
  signal: AbortSignal
}

/** Somebody who answers what no template understands. */
export interface AnswerEngine {
  /** For people: `llama3.2 at 127.0.0.1:11434`. */
  readonly name: string
  readonly languages: readonly string[] | null
  /** Throws `unreachable` with what is wrong, `timed_out`, and the signal's reason. */
  answer(messages: readonly ChatMessage[], options: AnswerOptions): AsyncIterable<AnswerPiece>
}
