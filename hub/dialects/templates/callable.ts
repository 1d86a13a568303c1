import type { Evaluation } from './evaluation.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { isFloat, kindWords, numberOf, type TemplateValue } from './template-value.ts'

/** What a filter, a test or a function is called with. */
export interface Invocation {
  args: readonly TemplateValue[]
  /** Which of them the template says. What it says may be nothing too. */
  given: readonly boolean[]
  run: Evaluation
  place: SourcePlace
}

/** A filter, a test, a function or a method of the fixed list. */
export interface Callable {
  /** Names of the arguments, in their order. */
  params: readonly string[]
  /** How many must be there. Default none. */
  required?: number
  /** The last one may come any number of times. */
  isOpen?: boolean
  /** `value` is what stands before the filter, the test or the method; of a function it is `undefined`. */
  apply: (value: TemplateValue, call: Invocation) => TemplateValue
}

/** What a conversion gives that failed: the default of the template, or an error that names the value. */
export function otherwise(
  what: string,
  value: TemplateValue,
  { args, given, place }: Invocation,
  at = 0,
): TemplateValue {
  if (given[at]) return args[at]
  throw new TemplateError(`${what} got ${kindWords(value)} that it cannot convert, and no default`, place)
}

/** Refuses what is not there, as Jinja does whatever the default is. */
export function existing(value: TemplateValue, place: SourcePlace): TemplateValue {
  if (value === undefined) throw new TemplateError('a value is not there', place)
  return value
}

/** An argument that is an integer. */
export function integerArgument({ args, given, place }: Invocation, at: number, absent: number): number {
  if (!given[at]) return absent
  const value = args[at]
  const number = isFloat(value) ? null : numberOf(value)
  if (number === null) throw new TemplateError(`a whole number is wanted and not ${kindWords(value)}`, place)
  return number
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i

/** What Python's `float` makes of a value, as a number of JavaScript; `null` where it fails. Throws for what is not there. */
export function toFloat(value: TemplateValue, place: SourcePlace): number | null {
  existing(value, place)
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return numberOf(value)
  const text = value.length > 400 ? '' : value.trim().replace(/(?<=\d)_(?=\d)/g, '')
  if (!FLOAT.test(text)) return null
  if (/n/i.test(text)) return /nan/i.test(text) ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}
