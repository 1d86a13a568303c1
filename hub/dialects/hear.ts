import { cutText } from '../../shared/cut-text.ts'
import type { Payload } from './payload.ts'
import type { Availability, KnownSoFar, Said, SaidEntity } from './said.ts'

/** As long as the engine takes them, in characters of JSON. */
const ATTRIBUTES_LENGTH = 16_384
/** As long as a state may be. */
const STATE_LENGTH = 255

/** A message as it came in. One that was `retained` is said again, to whoever subscribed only now. */
export interface HeardMessage {
  topic: string
  payload: Payload
  retained: boolean
}

/**
 * What a message on one of its topics says of an entity. Several readings of one topic are joined. Pure; throws nothing: what
 * cannot be used is told in `ignored`. What was retained happens no more: an event of it is none.
 */
export function hear(entity: SaidEntity, message: HeardMessage, known: KnownSoFar): Said {
  let said: Said = {}
  for (const { topic, read } of entity.listens)
    if (topic === message.topic) said = joined(said, read(message.payload, withSaid(known, said)))
  if (said.isEvent && message.retained) return { ignored: 'an event that was retained' }
  return bounded(said)
}

/** What is known once this was said. Attributes that together are more than an entity may have are those of the last message. */
export function withSaid(known: KnownSoFar, { state, attributes }: Said): KnownSoFar {
  const merged = attributes === undefined ? known.attributes : { ...known.attributes, ...attributes }
  const isTooMuch = attributes !== undefined && JSON.stringify(merged).length > ATTRIBUTES_LENGTH
  return { state: state === undefined ? known.state : state, attributes: isTooMuch ? attributes : merged }
}

/**
 * Whether an entity can be reached, by what its topics said last, in the order in which they said it; `null` as long as not enough of
 * them said something.
 */
export function isReachable({ mode, topics }: Availability, said: ReadonlyMap<string, boolean>): boolean | null {
  if (topics.length === 0) return true
  const answers = topics.map(({ topic }) => said.get(topic))
  if (mode === 'latest')
    return [...said].findLast(([spoke]) => topics.some(({ topic }) => topic === spoke))?.[1] ?? null
  const decisive = mode === 'any'
  if (answers.includes(decisive)) return decisive
  return answers.includes(undefined) ? null : !decisive
}

function joined(first: Said, second: Said): Said {
  const attributes = { ...first.attributes, ...second.attributes }
  const ignored = [first.ignored, second.ignored].filter((reason) => reason !== undefined).join('; ')
  return {
    ...first,
    ...second,
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(ignored === '' ? {} : { ignored }),
  }
}

function bounded(said: Said): Said {
  const state = typeof said.state === 'string' ? cutText(said.state, STATE_LENGTH) : said.state
  const { attributes, ...rest } = { ...said, ...(state === undefined ? {} : { state }) }
  if (attributes === undefined) return rest
  const length = JSON.stringify(attributes).length
  if (length <= ATTRIBUTES_LENGTH) return { ...rest, attributes }
  return joined(rest, { ignored: `attributes of ${length} characters, at most ${ATTRIBUTES_LENGTH} are kept` })
}
