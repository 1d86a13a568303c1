import { cutText } from '../../../shared/cut-text.ts'
import type { Evaluation } from './evaluation.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { isList, kindWords, memberOf, numberOf, type TemplateValue, WholeFloat } from './template-value.ts'

/**
 * `value.name`: the value's own member with this name, and never an attribute or a method of what holds it. Nothing of what
 * is there under no such name; an error of what is itself not there, as in Jinja.
 */
export function attributeOf(value: TemplateValue, name: string, place: SourcePlace): TemplateValue {
  if (value === undefined) throw new TemplateError(`there is nothing that could have ${shown(name)}`, place)
  return memberOf(value, name)
}

/** `value[key]`: a member, or of a list or a text the one at this position, from the end where it is negative. */
export function itemOf(value: TemplateValue, key: TemplateValue, run: Evaluation, place: SourcePlace): TemplateValue {
  if (value === undefined) throw new TemplateError(`there is nothing that could have ${shown(key)}`, place)
  if (!isList(value) && typeof value !== 'string') return memberOf(value, key)
  if (key instanceof WholeFloat || typeof key === 'string') return undefined
  const at = numberOf(key)
  if (at === null || !Number.isInteger(at)) return undefined
  const list = typeof value === 'string' ? charactersOf(value, run, place) : value
  return list[at < 0 ? list.length + at : at]
}

/** `value[from:to]` of a list or a text. */
export function sliceOf(
  value: TemplateValue,
  [from, to]: [TemplateValue, TemplateValue],
  run: Evaluation,
  place: SourcePlace,
): TemplateValue {
  const [start, end] = [boundOf(from, place), boundOf(to, place)]
  if (isList(value)) {
    run.look(value.length, place)
    return value.slice(start, end)
  }
  if (typeof value !== 'string')
    throw new TemplateError(`${kindWords(value)} has no parts from and to a position`, place)
  const characters = charactersOf(value, run, place)
  return typeof characters === 'string' ? characters.slice(start, end) : characters.slice(start, end).join('')
}

/** By position, each character once: Python counts what JavaScript writes as two units as one. */
export function charactersOf(text: string, run: Evaluation, place: SourcePlace): string | string[] {
  if (!/[\ud800-\udbff]/.test(text)) return text
  run.look(text.length, place)
  return Array.from(text)
}

function boundOf(value: TemplateValue, place: SourcePlace): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new TemplateError(`a position is a whole number and not ${kindWords(value)}`, place)
}

function shown(key: TemplateValue): string {
  return typeof key === 'string' || typeof key === 'number' ? `"${cutText(String(key), 40)}"` : kindWords(key)
}
