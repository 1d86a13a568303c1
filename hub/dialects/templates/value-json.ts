import { boundedText, type Evaluation } from './evaluation.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'
import { entriesIn, isList, type TemplateValue, WholeFloat } from './template-value.ts'
import { floatText } from './value-text.ts'

/** Numbers that JavaScript would not keep as they were written: 21.0, 1e3, and whole ones of more than 15 digits. */
const NOT_KEPT = /\d\.0*(?!\d)|\d[eE][-+\d]|\d{16}/

/** The value of a JSON text as Python reads it; `undefined` where it is none, or is nested too deeply. */
export function readTemplateJson(text: string): TemplateValue {
  try {
    if (isNestedDeeper(text, TEMPLATE_LIMITS.dataDepth)) return undefined
    return NOT_KEPT.test(text) ? JSON.parse(text, keepNotation) : JSON.parse(text)
  } catch {
    return undefined
  }
}

function keepNotation(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || !Number.isInteger(value)) return value
  if (/[.eE]/.test(source)) return new WholeFloat(value)
  return Number.isSafeInteger(value) ? value : BigInt(source)
}

/** Whether a text of JSON opens more lists and objects within each other. In one pass and before anything is read of it. */
export function isNestedDeeper(text: string, levels: number): boolean {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isQuoted) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isQuoted = false
    } else if (code === QUOTE) isQuoted = true
    else if (code === BRACKET || code === BRACE) {
      if (++depth > levels) return true
    } else if (code === BRACKET_END || code === BRACE_END) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** How a value is written as JSON. */
export interface JsonStyle {
  /** Between members, and behind a key. */
  comma: string
  colon: string
  isSorted: boolean
  /** Escapes everything but ASCII, and what means something in HTML. */
  isEscaped: boolean
}

/** The filter `to_json` of Home Assistant: compact, in the order of its members. */
export const COMPACT: JsonStyle = { comma: ',', colon: ':', isSorted: false, isEscaped: false }
/** The filter `tojson` of Jinja. */
export const SPACED: JsonStyle = { comma: ', ', colon: ': ', isSorted: true, isEscaped: true }

/** A value as a text of JSON. Throws `TemplateError` for what is none, such as what is not there. */
export function jsonText(value: TemplateValue, style: JsonStyle, run: Evaluation, place: SourcePlace): string {
  let length = 0
  const leaf = (text: string) => {
    length += text.length
    return boundedText(text, place, length)
  }
  const quote = (text: string) => leaf(style.isEscaped ? escaped(JSON.stringify(text)) : JSON.stringify(text))
  const write = (one: TemplateValue, depth: number): string => {
    if (depth > TEMPLATE_LIMITS.dataDepth) throw new TemplateError('a value is nested too deeply for JSON', place)
    run.look(1, place)
    if (typeof one === 'string') return quote(one)
    if (isList(one)) return `[${one.map((member) => write(member, depth + 1)).join(style.comma)}]`
    const members = entriesIn(one)
    if (members === null) return leaf(scalarJson(one, place))
    const named = members.map(([key, member]) => [keyText(key, place), member] as const)
    if (style.isSorted) named.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${named.map(([key, member]) => `${quote(key)}${style.colon}${write(member, depth + 1)}`).join(style.comma)}}`
  }
  return write(value, 0)
}

function scalarJson(value: TemplateValue, place: SourcePlace): string {
  if (value === undefined) throw new TemplateError('what is not there cannot be written as JSON', place)
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  const number = value instanceof WholeFloat ? value.value : (value as number)
  if (!Number.isFinite(number)) throw new TemplateError('JSON has no number for infinity', place)
  return value instanceof WholeFloat || !Number.isInteger(number) ? floatText(number) : String(number)
}

function keyText(key: TemplateValue, place: SourcePlace): string {
  return typeof key === 'string' ? key : scalarJson(key, place)
}

function escaped(json: string): string {
  return json.replace(/[^\x20-\x7e]|[<>&']/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
