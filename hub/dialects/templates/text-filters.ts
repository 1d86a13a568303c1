import { type Callable, type Invocation, integerArgument } from './callable.ts'
import { checkLength } from './evaluation.ts'
import { formatted } from './formatting.ts'
import { charactersOf } from './paths.ts'
import { TemplateError } from './template-error.ts'
import { isTrue, kindWords, type TemplateValue } from './template-value.ts'
import { textOf } from './value-text.ts'

const string: Callable = { params: [], apply: (value, { run, place }) => textOf(value, run, place) }
const lower: Callable = onText((text) => text.toLowerCase())
const upper: Callable = onText((text) => text.toUpperCase())
const capitalize: Callable = onText((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase())
const title: Callable = onText((text) =>
  text.replace(/[^-\s({[<]+/g, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()),
)

const trim: Callable = stripping(true, true)
const trimStart: Callable = stripping(true, false)
const trimEnd: Callable = stripping(false, true)

/** What comes in is looked for as it is written: there are no patterns. */
const replace: Callable = {
  params: ['old', 'new', 'count'],
  required: 2,
  apply: (value, call) => {
    const [text, old, by] = [value, call.args[0], call.args[1]].map((one) => textOf(one, call.run, call.place))
    const most = integerArgument(call, 2, -1)
    return replaced(text ?? '', [old ?? '', by ?? ''], most < 0 ? Number.POSITIVE_INFINITY : most, call)
  },
}

/** Python's `%` with the values in brackets. */
const format: Callable = {
  params: ['value'],
  isOpen: true,
  apply: (value, { args, run, place }) => formatted(textOf(value, run, place), args, { run, place }),
}

/** Shortens a text at a word, or anywhere with `killwords`. */
const truncate: Callable = {
  params: ['length', 'killwords', 'end', 'leeway'],
  apply: (text, call) => {
    if (text === undefined) return text
    if (typeof text !== 'string')
      throw new TemplateError(`truncate takes a text and not ${kindWords(text)}`, call.place)
    const length = integerArgument(call, 0, 255)
    const end = call.given[2] ? textOf(call.args[2], call.run, call.place) : '...'
    const characters = charactersOf(text, call.run, call.place)
    if (characters.length <= length + integerArgument(call, 3, 5)) return text
    if (length < end.length) throw new TemplateError('truncate is to leave less than its end is long', call.place)
    const kept = characters.slice(0, length - end.length)
    const begin = typeof kept === 'string' ? kept : kept.join('')
    const space = isTrue(call.args[1]) ? -1 : begin.lastIndexOf(' ')
    return `${space < 0 ? begin : begin.slice(0, space)}${end}`
  },
}

/** The method `split`: at a separator, or at blanks, so many times at most. */
const split: Callable = {
  params: ['sep', 'maxsplit'],
  apply: (value, call) => {
    const text = textOf(value, call.run, call.place)
    const separator = call.args[0]
    const most = integerArgument(call, 1, -1)
    call.run.lookThrough(text, call.place)
    if (separator !== undefined && separator !== null && typeof separator !== 'string')
      throw new TemplateError('split takes a text to split at', call.place)
    if (separator === '') throw new TemplateError('split takes a text to split at, and not an empty one', call.place)
    const pieces =
      typeof separator === 'string'
        ? text.split(separator)
        : text
            .trim()
            .split(/\s+/)
            .filter((piece) => piece !== '')
    call.run.look(pieces.length, call.place)
    if (most < 0 || pieces.length <= most + 1) return pieces
    if (typeof separator !== 'string') throw new TemplateError('split at blanks takes no number', call.place)
    return [...pieces.slice(0, most), pieces.slice(most).join(separator)]
  },
}

const startsWith: Callable = edge((text, part) => text.startsWith(part))
const endsWith: Callable = edge((text, part) => text.endsWith(part))

function onText(change: (text: string) => string): Callable {
  return {
    params: [],
    apply: (value, { run, place }) => {
      const text = textOf(value, run, place)
      run.lookThrough(text, place)
      return change(text)
    },
  }
}

function stripping(atStart: boolean, atEnd: boolean): Callable {
  return {
    params: ['chars'],
    apply: (value, { args, given, run, place }) => {
      const text = textOf(value, run, place)
      const isPlain = !given[0] || args[0] === null
      const characters = isPlain ? null : textOf(args[0], run, place)
      const isStripped = (one: string) => (characters === null ? /\s/.test(one) : characters.includes(one))
      run.lookThrough(text, place)
      let [start, end] = [0, text.length]
      while (atStart && start < end && isStripped(text.charAt(start))) start++
      while (atEnd && end > start && isStripped(text.charAt(end - 1))) end--
      return text.slice(start, end)
    },
  }
}

function edge(has: (text: string, part: string) => boolean): Callable {
  return {
    params: ['prefix'],
    required: 1,
    apply: (value, { args, run, place }) => {
      if (typeof args[0] !== 'string') throw new TemplateError('a text is looked for', place)
      return has(textOf(value, run, place), args[0])
    },
  }
}

/** Its length is known before it is made. */
function replaced(text: string, [old, by]: [string, string], most: number, { run, place }: Invocation): TemplateValue {
  run.lookThrough(text, place)
  const pieces = old === '' ? ['', ...charactersOf(text, run, place), ''] : text.split(old)
  const count = Math.min(pieces.length - 1, most)
  run.look(pieces.length, place)
  if (count <= 0) return text
  checkLength(text.length + count * (by.length - old.length), place)
  return `${pieces.slice(0, count).join(by)}${by}${pieces.slice(count).join(old)}`
}

/** Filters of texts by their names. */
export const TEXT_FILTERS: ReadonlyMap<string, Callable> = new Map(
  Object.entries({ capitalize, format, lower, replace, string, title, trim, truncate, upper }),
)

/** Methods of texts by their names. */
export const TEXT_METHODS: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    ...{ capitalize, lower, replace, split, strip: trim, title, upper },
    ...{ endswith: endsWith, lstrip: trimStart, rstrip: trimEnd, startswith: startsWith },
  }),
)
