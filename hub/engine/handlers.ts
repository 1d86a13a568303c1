import type { TopicName } from '../../shared/topics.ts'
import type { Context } from './context.ts'
import type { Feature, InputAnswer, Origin, PartlyRefused } from './feature.ts'
import type { InputKind, StructuredInput } from './input.ts'
import type { WriteCause } from './write-book.ts'

export type MessageHandler = (context: Context, message: unknown, origin: Origin) => PartlyRefused | undefined
export type AnyInputHandler = (context: Context, input: StructuredInput) => InputAnswer

/** What features do with messages and inputs. */
export interface Handlers {
  messages: ReadonlyMap<TopicName, MessageHandler>
  inputs: ReadonlyMap<InputKind, AnyInputHandler>
}

/** The handlers of all features; each says in the transaction what it writes for. Throws when two handle the same. */
export function handlersOf(features: readonly Feature[]): Handlers {
  const messages = new Map<TopicName, MessageHandler>()
  const inputs = new Map<InputKind, AnyInputHandler>()
  for (const { ingest = {}, inputs: own = {}, writes = 'other' } of features) {
    for (const [topic, handler] of Object.entries(ingest))
      addOnce(messages, topic as TopicName, writingFor(writes, handler as MessageHandler))
    for (const [kind, handler] of Object.entries(own))
      addOnce(inputs, kind as InputKind, writingFor(writes, handler as AnyInputHandler))
  }
  return { messages, inputs }
}

function writingFor<Rest extends unknown[], R>(
  cause: WriteCause,
  handler: (context: Context, ...rest: Rest) => R,
): (context: Context, ...rest: Rest) => R {
  return (context, ...rest) => {
    context.cause(cause)
    return handler(context, ...rest)
  }
}

function addOnce<K, V>(handlers: Map<K, V>, name: K, handler: V): void {
  if (handlers.has(name)) throw new Error(`two features handle ${name}`)
  handlers.set(name, handler)
}
