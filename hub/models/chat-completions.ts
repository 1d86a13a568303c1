import { createParser } from 'eventsource-parser'
import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { ChatMessage, ToolCall } from '../engine/model-question.ts'
import { postStream } from '../http/post-stream.ts'
import type { AnswerEngine, AnswerOptions, AnswerPiece } from './answer-engine.ts'
import { CollectedCalls } from './collected-calls.ts'
import type { ModelServer } from './model-server.ts'

/** Of one answer, with all that is written around its words. */
const MOST_BYTES = 4_000_000
/** An answer that is spoken is short. */
const MOST_TOKENS = 800

/** What is read of a piece; servers add much, and leave out what they like. */
const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.int().min(0).max(1_000).nullish(),
                  id: z.string().nullish(),
                  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ total_tokens: z.number().nullish() }).nullish(),
  error: z.union([z.string(), z.object({ message: z.string().nullish() })]).nullish(),
})

/** Chat as OpenAI has it at `/chat/completions`, and as many servers do that run models at home. */
export class ChatCompletions implements AnswerEngine {
  readonly name: string
  readonly languages = null
  #server: ModelServer

  constructor(server: ModelServer) {
    this.#server = server
    this.name = server.name
  }

  async *answer(messages: readonly ChatMessage[], { tools, signal }: AnswerOptions): AsyncGenerator<AnswerPiece> {
    const body = JSON.stringify({
      model: this.#server.model,
      messages: messages.map(written),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: MOST_TOKENS,
      ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
    })
    const { url, ca } = this.#server
    const headers = {
      ...(await this.#server.headers()),
      accept: 'text/event-stream',
      'content-type': 'application/json',
    }
    const calls = new CollectedCalls()
    const pieces: AnswerPiece[] = []
    let isOver = false
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data.trim() === '[DONE]') isOver = true
        else isOver = read(data, calls, pieces) || isOver
      },
    })
    const decoder = new TextDecoder()
    for await (const bytes of postStream({
      url: `${url}/chat/completions`,
      headers,
      body,
      ca,
      signal,
      mostBytes: MOST_BYTES,
    })) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      yield* pieces.splice(0)
    }
    yield* pieces.splice(0)
    if (!isOver) throw new LaresError('unreachable', 'its answer broke off')
    for (const call of calls.take()) yield { kind: 'call', call }
  }
}

/** Reads one event. Whether it says that the answer is whole. Throws `unreachable` for an error of the server, and for what is no piece of an answer. */
function read(data: string, calls: CollectedCalls, pieces: AnswerPiece[]): boolean {
  const parsed = chunk.safeParse(jsonOf(data))
  if (!parsed.success) throw new LaresError('unreachable', 'it answers with something that is no piece of an answer')
  const { choices, usage, error } = parsed.data
  if (error) {
    const said = typeof error === 'string' ? error : (error.message ?? 'an error')
    throw new LaresError('unreachable', `it answers with an error: ${cutText(cleanText(said), 200)}`)
  }
  if (usage?.total_tokens) pieces.push({ kind: 'tokens', tokens: usage.total_tokens })
  const [first] = choices ?? []
  if (first?.delta?.content) pieces.push({ kind: 'text', text: first.delta.content })
  for (const [at, { index, id, function: part }] of (first?.delta?.tool_calls ?? []).entries())
    calls.add({
      index: index ?? at,
      id: id ?? undefined,
      name: part?.name ?? undefined,
      text: part?.arguments ?? undefined,
    })
  return first?.finish_reason !== undefined && first.finish_reason !== null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function written(message: ChatMessage): object {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.call.id, content: message.text }
  if (message.role !== 'assistant' || message.calls === undefined) return { role: message.role, content: message.text }
  return { role: 'assistant', content: message.text, tool_calls: message.calls.map(writtenCall) }
}

function writtenCall({ id, name, text }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: text } }
}
