import { boundedText, type Evaluation } from './evaluation.ts'
import { roundHalfEven } from './rounding.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { isFloat, kindWords, numberOf, type TemplateValue } from './template-value.ts'
import { textOf } from './value-text.ts'

/** `%`, flags, width, precision, and what is written. Two digits of each are more than a text may get long. */
const FIELD = /%([-+ 0]*)(\d{0,2})(?:\.(\d{1,2}))?([sdifxXo%])/g

/** Python's `text % values` for texts and numbers: `%s %d %i %f %x %X %o`. Throws for other fields, and for values too many or too few. */
export function formatted(
  text: string,
  values: readonly TemplateValue[],
  { run, place }: { run: Evaluation; place: SourcePlace },
): string {
  run.lookThrough(text, place)
  let at = 0
  const plain = text.replace(FIELD, '')
  if (plain.includes('%')) throw new TemplateError('a text has a field that is not known here', place)
  const made = text.replace(FIELD, (_whole, flags: string, width: string, digits: string | undefined, kind: string) => {
    if (kind === '%') return '%'
    if (at >= values.length) throw new TemplateError('a text has more fields than there are values', place)
    const value = values[at++]
    const field = kind === 's' ? cut(textOf(value, run, place), digits) : numberText(value, { kind, digits, place })
    return padded(field, { flags: kind === 's' ? flags.replace('0', '') : flags, width: Number(width) })
  })
  if (at < values.length) throw new TemplateError('a text has less fields than there are values', place)
  return boundedText(made, place)
}

function cut(text: string, digits: string | undefined): string {
  return digits === undefined ? text : Array.from(text).slice(0, Number(digits)).join('')
}

function numberText(
  value: TemplateValue,
  { kind, digits, place }: { kind: string; digits: string | undefined; place: SourcePlace },
): string {
  const number = numberOf(value)
  if (number === null) throw new TemplateError(`a field wants a number and not ${kindWords(value)}`, place)
  if (!Number.isFinite(number)) throw new TemplateError('a field wants a finite number', place)
  if (kind === 'f') {
    if (Math.abs(number) >= 1e21) throw new TemplateError('a number is too large for its field', place)
    return roundHalfEven(number, Number(digits ?? 6)).toFixed(Number(digits ?? 6))
  }
  if (isFloat(value) && kind !== 'd' && kind !== 'i') throw new TemplateError('a field wants a whole number', place)
  const base = kind === 'o' ? 8 : kind === 'd' || kind === 'i' ? 10 : 16
  const text = Math.abs(Math.trunc(number))
    .toString(base)
    .padStart(Number(digits ?? 0), '0')
  return `${Math.trunc(number) < 0 ? '-' : ''}${kind === 'X' ? text.toUpperCase() : text}`
}

function padded(text: string, { flags, width }: { flags: string; width: number }): string {
  const isNegative = text.startsWith('-')
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const signed = isNegative || sign === '' ? text : sign + text
  if (flags.includes('-')) return signed.padEnd(width)
  if (!flags.includes('0')) return signed.padStart(width)
  const lead = /^[-+ ]/.test(signed) ? signed.slice(0, 1) : ''
  return lead + signed.slice(lead.length).padStart(width - lead.length, '0')
}
