/** Where of an event somebody may stand. */
export interface EventTexts {
  device_id: string | null
  user_id: string | null
  session_id: string | null
  entity_id: string | null
  acknowledged_by: string | null
  description: string
  old_state: string | null
  new_state: string | null
  event_data: string
  state_attributes: string
  context: string
}

export interface Traces {
  /** Unlike anything else, ids and addresses: they go wherever they stand as a whole. */
  keys: readonly string[]
  /** They may be common words, and go only where something says that it is of the subject. */
  names: readonly string[]
}

const JSON_TEXTS = ['event_data', 'state_attributes', 'context'] as const
const NAMING = ['device_id', 'user_id', 'session_id', 'entity_id', 'acknowledged_by'] as const
const STATES = ['old_state', 'new_state'] as const

/** What an id is made of; in topics and names of clients one ends at whatever is no letter, digit or inner hyphen. */
const ID = /[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu
const ONE_ID = new RegExp(`^${ID.source}$`, 'u')
/** A string of JSON, and whether it is the name of a property. Numbers stay as they were written. */
const JSON_STRING = /("(?:[^"\\]|\\.)*")(\s*:)?/g

/**
 * Puts a pseudonym in the place of somebody, as `lares.give_pseudonym` does at central. Ids are found in one pass over a text,
 * however many there are: a bridge has thousands of sensors.
 */
export class Pseudonym {
  #keys: ReadonlySet<string>
  #addresses: RegExp | null
  #names: RegExp | null
  #pseudonym: string

  constructor({ keys, names }: Traces, pseudonym: string) {
    this.#keys = new Set(keys)
    this.#addresses = standingAlone(keys.filter((key) => !ONE_ID.test(key)))
    this.#names = standingAlone(names)
    this.#pseudonym = pseudonym
  }

  /** Whether a key or a name stands in a text of JSON. */
  isIn(json: string): boolean {
    return inStrings(json, (text) => this.#withoutNames(this.#withoutKeys(text))) !== json
  }

  /** The event with the pseudonym wherever it tells who it was; `null` when it does not. `own`: it is of the subject anyhow. */
  inEvent(event: EventTexts, own: boolean): EventTexts | null {
    const unkeyed = this.#without(event, (text) => this.#withoutKeys(text), true)
    for (const column of NAMING) if (this.#keys.has(event[column] ?? '')) unkeyed[column] = this.#pseudonym
    const refers = own || differs(event, unkeyed)
    return refers ? this.#unnamed(event, unkeyed) : null
  }

  #unnamed(event: EventTexts, unkeyed: EventTexts): EventTexts | null {
    const result = this.#without(unkeyed, (text) => this.#withoutNames(text), false)
    return differs(event, result) ? result : null
  }

  #without(event: EventTexts, without: (text: string) => string, inProperties: boolean): EventTexts {
    const result = { ...event, description: without(event.description) }
    for (const column of STATES) {
      const state = event[column]
      result[column] = state === null ? null : without(state)
    }
    for (const column of JSON_TEXTS) result[column] = inStrings(event[column], without, inProperties)
    return result
  }

  #withoutKeys(text: string): string {
    const unaddressed = this.#addresses === null ? text : text.replace(this.#addresses, this.#pseudonym)
    return unaddressed.replace(ID, (id) => (this.#keys.has(id) ? this.#pseudonym : id))
  }

  #withoutNames(text: string): string {
    return this.#names === null ? text : text.replace(this.#names, this.#pseudonym)
  }
}

/** Matches any of the words where no letter or digit is beside it. `null`: there is none to be found. */
function standingAlone(words: readonly string[]): RegExp | null {
  // Of two that begin alike the longer one is meant.
  const found = words.filter((word) => word !== '').sort((a, b) => b.length - a.length)
  if (found.length === 0) return null
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${found.map(literally).join('|')})(?![\\p{L}\\p{N}])`, 'gu')
}

const literally = (word: string) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Replaces in every string of a text of JSON, in names of properties only where it is said. */
function inStrings(json: string, replace: (text: string) => string, inProperties = true): string {
  return json.replace(JSON_STRING, (whole, string: string, colon: string | undefined) => {
    if (colon !== undefined && !inProperties) return whole
    const text = JSON.parse(string) as string
    const replaced = replace(text)
    return replaced === text ? whole : `${JSON.stringify(replaced)}${colon ?? ''}`
  })
}

function differs(one: EventTexts, other: EventTexts): boolean {
  return (Object.keys(one) as (keyof EventTexts)[]).some((column) => one[column] !== other[column])
}
