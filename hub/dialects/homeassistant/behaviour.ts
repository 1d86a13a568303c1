import type { EntityOrder, OrderLimits, OrderName } from '../../../shared/entity-order.ts'
import type { Payload } from '../payload.ts'
import type { KnownSoFar, Listening, Publication, Said } from '../said.ts'
import type { AnnouncedConfig, ValueReader } from './announced-config.ts'

/** How each order is told. */
export type Orders = {
  [O in OrderName]?: (order: Extract<EntityOrder, { order: O }>) => readonly Publication[]
}

/** What an entity of a component does: how it is read, and how it is told something. */
export interface Behaviour {
  listens: Listening[]
  orders?: Orders
  limits?: OrderLimits
  measures?: { unit: string }
  options?: readonly string[]
  range?: { min: number; max: number; step: number }
}

/** Reads an entity of its component. Throws `NotConnectable`. */
export type ComponentReader = (config: AnnouncedConfig) => Behaviour

/** What a payload says that means "not known" wherever nothing else is said. */
export const NOT_KNOWN = 'None'

/** Listens on the topic with this key, if there is one. A message that its template leaves alone says nothing. */
export function listening(
  topic: string | null,
  read: ValueReader,
  say: (text: string, known: KnownSoFar, payload: Payload) => Said,
): Listening[] {
  if (topic === null) return []
  return [
    {
      topic,
      read: (payload, known) => {
        const rendered = read(payload)
        return 'ignored' in rendered ? rendered : say(rendered.text, known, payload)
      },
    },
  ]
}

/** The state that this text stands for. */
export function stateBy(states: ReadonlyMap<string, boolean | string | null>): (text: string) => Said {
  return (text) => {
    const state = states.get(text)
    return state === undefined ? unexpected(text) : { state }
  }
}

/** A text that stands for nothing. An empty one is how many say that a message is about something else. */
export function unexpected(text: string): Said {
  return text === '' ? {} : { ignored: `"${text.length > 60 ? `${text.length} characters` : text}" is no state of it` }
}

/** A number as a device writes it; `null`: it is none. */
export function numberIn(text: string): number | null {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : null
}

/** An attribute that is a number, or is not known. */
export function numberAttribute(name: string): (text: string) => Said {
  return (text) => {
    if (text === NOT_KNOWN) return { attributes: { [name]: null } }
    const number = numberIn(text)
    return number === null ? unexpected(text) : { attributes: { [name]: number } }
  }
}

/** An attribute that is a word, or is not known. */
export function wordAttribute(name: string): (text: string) => Said {
  return (text) => (text === '' ? {} : { attributes: { [name]: text === NOT_KNOWN ? null : text } })
}
