import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { ChatMessage, ToolCall } from '../engine/model-question.ts'
import { postStream } from '../http/post-stream.ts'
import type { AnswerEngine, AnswerOptions, AnswerPiece } from './answer-engine.ts'
import { CollectedCalls } from './collected-calls.ts'
import type { ModelServer } from './model-server.ts'

const MOST_BYTES = 4_000_000
const LINE_LENGTH = 100_000
/** A model that was asked a moment ago answers at once: it stays in memory for as long as somebody may go on. */
const KEEP_ALIVE = '30m'
const OPTIONS = { num_ctx: 8_192, num_predict: 800 } as const

const line = z.object({
  message: z
    .object({
      content: z.string().nullish(),
      tool_calls: z
        .array(
          z.object({
            function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).nullish() }),
          }),
        )
        .nullish(),
    })
    .nullish(),
  done: z.boolean().nullish(),
  prompt_eval_count: z.number().nullish(),
  eval_count: z.number().nullish(),
  error: z.string().nullish(),
})

/** Chat as Ollama has it at `/api/chat`: a line of JSON for each piece. */
export class OllamaChat implements AnswerEngine {
  readonly name: string
  readonly languages = null
  #server: ModelServer

  constructor(server: ModelServer) {
    this.#server = server
    this.name = server.name
  }

  async *answer(messages: readonly ChatMessage[], { tools, signal }: AnswerOptions): AsyncGenerator<AnswerPiece> {
    const body = JSON.stringify({
      ...{ model: this.#server.model, messages: messages.map(written), stream: true },
      ...{ keep_alive: KEEP_ALIVE, options: OPTIONS },
      ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
    })
    const { url, ca } = this.#server
    const headers = { ...(await this.#server.headers()), 'content-type': 'application/json' }
    const calls = new CollectedCalls()
    let isOver = false
    let known = 0
    for await (const text of lines(
      postStream({ url: `${url}/api/chat`, headers, body, ca, signal, mostBytes: MOST_BYTES }),
    )) {
      const { message, done, error, ...counts } = read(text)
      if (error) throw new LaresError('unreachable', `it answers with an error: ${cutText(cleanText(error), 200)}`)
      if (message?.content) yield { kind: 'text', text: message.content }
      for (const { function: part } of message?.tool_calls ?? []) {
        calls.add({ index: known, name: part.name, text: JSON.stringify(part.arguments ?? {}) })
        known += 1
      }
      isOver ||= done === true
      const tokens = (counts.prompt_eval_count ?? 0) + (counts.eval_count ?? 0)
      if (tokens > 0) yield { kind: 'tokens', tokens }
    }
    if (!isOver) throw new LaresError('unreachable', 'its answer broke off')
    for (const call of calls.take()) yield { kind: 'call', call }
  }
}

/** Whole lines, as soon as each is there. Throws `unreachable` for one without end. */
async function* lines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of bytes) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > LINE_LENGTH) throw new LaresError('unreachable', 'it answers with a line without end')
    for (const part of parts) if (part.trim() !== '') yield part
  }
  if (rest.trim() !== '') yield rest
}

function read(text: string): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(text))
  } catch (error) {
    throw new LaresError('unreachable', 'it answers with something that is no piece of an answer', { cause: error })
  }
}

function written(message: ChatMessage): object {
  if (message.role === 'tool') return { role: 'tool', tool_name: message.call.name, content: message.text }
  if (message.role !== 'assistant' || message.calls === undefined) return { role: message.role, content: message.text }
  return { role: 'assistant', content: message.text, tool_calls: message.calls.map(writtenCall) }
}

function writtenCall({ name, text }: ToolCall): object {
  return { function: { name, arguments: argumentsOf(text) } }
}

/** What was no JSON was answered so, and goes back as nothing. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
