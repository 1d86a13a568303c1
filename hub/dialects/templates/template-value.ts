/** An integer in the notation of a float, 21.0: Python tells it from 21. Any other number that is no integer is a float by itself. */
export class WholeFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** An object that a template writes: unlike JSON its keys may be numbers and `none`. By the keys as Python compares them. */
export class Dictionary {
  readonly entries = new Map<string | number | bigint | null, { key: TemplateValue; value: TemplateValue }>()
}

/** A JSON object. Only its own members are its members. */
export interface JsonObject {
  readonly [key: string]: TemplateValue
}

/**
 * What a template works with: Python's values. An integer is a `number`, beyond 2^53 a `bigint`, which can be printed and
 * compared and not calculated with; `null` is `None`, `undefined` is what is not there.
 */
export type TemplateValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | WholeFloat
  | readonly TemplateValue[]
  | Dictionary
  | JsonObject

/** A float of this value. */
export function floatOf(value: number): TemplateValue {
  return Number.isInteger(value) ? new WholeFloat(value) : value
}

/** What can be calculated with, true and false as 1 and 0 among it; `null` otherwise. */
export function numberOf(value: TemplateValue): number | null {
  if (typeof value === 'number') return value
  if (value instanceof WholeFloat) return value.value
  return typeof value === 'boolean' ? Number(value) : null
}

export function isFloat(value: TemplateValue): boolean {
  return value instanceof WholeFloat || (typeof value === 'number' && !Number.isInteger(value))
}

export function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value)
}

export function isJsonObject(value: TemplateValue): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof WholeFloat) &&
    !(value instanceof Dictionary)
  )
}

/** Members of an object as they were written; `null` for what is none. */
export function entriesIn(value: TemplateValue): [TemplateValue, TemplateValue][] | null {
  if (value instanceof Dictionary) return [...value.entries.values()].map(({ key, value: member }) => [key, member])
  return isJsonObject(value) ? Object.entries(value) : null
}

/** The member with this key, `undefined` where there is none. Prototypes have none. */
export function memberOf(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (value instanceof Dictionary) {
    const known = keyOf(key)
    return known === undefined ? undefined : value.entries.get(known)?.value
  }
  return typeof key === 'string' && isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** What stands for this key in a dictionary: 1, 1.0 and true are one. `undefined`: it can be none. */
export function keyOf(key: TemplateValue): string | number | bigint | null | undefined {
  if (typeof key === 'string' || typeof key === 'bigint' || key === null) return key
  return numberOf(key) ?? undefined
}

/** As Python judges `if value`. */
export function isTrue(value: TemplateValue): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value) || Number.isNaN(value)
  if (value instanceof WholeFloat) return value.value !== 0
  if (isList(value)) return value.length > 0
  return value instanceof Dictionary ? value.entries.size > 0 : Object.keys(value).length > 0
}

/** What a value is, in the words of JSON, for the sentences of errors. */
export function kindWords(value: TemplateValue): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'none'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'bigint') return 'a whole number beyond 2^53'
  if (typeof value === 'number' || value instanceof WholeFloat) return 'a number'
  return isList(value) ? 'a list' : 'an object'
}
