import { boundedText, type Evaluation } from './evaluation.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'
import { entriesIn, isList, type TemplateValue, WholeFloat } from './template-value.ts'

/**
 * A value as `{{ value }}` prints it, which is Python's `str`: True, None, 21.0, `['a', 1]`; what is not there is nothing.
 * A text is given back as it is. Throws `TemplateError` when it is longer than a text may get.
 */
export function textOf(value: TemplateValue, run: Evaluation, place: SourcePlace): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  return scalarText(value) ?? boundedText(new Printing(run, place).represent(value, 0), place)
}

/** A list or an object on its way to be a text. */
class Printing {
  readonly #run: Evaluation
  readonly #place: SourcePlace
  #length = 0

  constructor(run: Evaluation, place: SourcePlace) {
    this.#run = run
    this.#place = place
  }

  represent(value: TemplateValue, depth: number): string {
    if (depth > TEMPLATE_LIMITS.dataDepth)
      throw new TemplateError(`a value is nested deeper than ${TEMPLATE_LIMITS.dataDepth} levels`, this.#place)
    this.#run.look(1, this.#place)
    if (typeof value === 'string') return this.#leaf(quoted(value))
    if (isList(value)) return `[${value.map((one) => this.represent(one, depth + 1)).join(', ')}]`
    const members = entriesIn(value)
    if (members === null) return this.#leaf(scalarText(value) ?? 'Undefined')
    const words = members.map(([key, one]) => `${this.represent(key, depth + 1)}: ${this.represent(one, depth + 1)}`)
    return `{${words.join(', ')}}`
  }

  #leaf(text: string): string {
    this.#length += text.length
    return boundedText(text, this.#place, this.#length)
  }
}

function scalarText(value: TemplateValue): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null) return 'None'
  if (value instanceof WholeFloat) return floatText(value.value)
  return typeof value === 'bigint' ? String(value) : null
}

/** Python's shortest notation of a float: `21.0`, `1e-05`, `1e+16`, `inf`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`
  }
  const sign = Object.is(value, -0) ? '-' : ''
  return Number.isInteger(value) ? `${sign}${value}.0` : String(value)
}

const ESCAPED = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** A text within a list or an object, in quotation marks as Python chooses them. */
function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const inner = text.replace(/[\\\u0000-\u001f\u007f-\u00a0\u00ad]/g, (one) => ESCAPED.get(one) ?? hexadecimal(one))
  return `${mark}${mark === "'" ? inner.replaceAll("'", "\\'") : inner}${mark}`
}

function hexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
