import { type Callable, existing, type Invocation, otherwise } from './callable.ts'
import { checkLength } from './evaluation.ts'
import { ARITHMETIC, order } from './operators.ts'
import { charactersOf } from './paths.ts'
import { TemplateError } from './template-error.ts'
import { entriesIn, isList, isTrue, kindWords, type TemplateValue } from './template-value.ts'
import { COMPACT, jsonText, readTemplateJson, SPACED } from './value-json.ts'
import { textOf } from './value-text.ts'

/** In the place of what is not there; with `boolean` also of what is empty, zero, false or none. */
const byDefault: Callable = {
  params: ['default_value', 'boolean'],
  apply: (value, { args, given }) => {
    const isMissing = value === undefined || (isTrue(args[1]) && !isTrue(value))
    return isMissing ? (given[0] ? args[0] : '') : value
  },
}

/** Home Assistant's way of having a message left alone that has not what is looked for. */
const isDefined: Callable = { params: [], apply: (value, { place }) => existing(value, place) }

const iif: Callable = {
  params: ['if_true', 'if_false', 'if_none'],
  apply: (value, { args, given }) => {
    if (value === null && given[2]) return args[2]
    if (isTrue(value)) return given[0] ? args[0] : true
    return given[1] ? args[1] : false
  },
}

const length: Callable = {
  params: [],
  apply: (value, { run, place }) => {
    if (value === undefined) return 0
    if (isList(value)) return value.length
    if (typeof value === 'string') return charactersOf(value, run, place).length
    const members = entriesIn(value)
    if (members === null) throw new TemplateError(`${kindWords(value)} has no length`, place)
    return members.length
  },
}

const list: Callable = { params: [], apply: (value, call) => itemsOf(value, call) }
const first: Callable = { params: [], apply: (value, call) => itemsOf(value, call)[0] }
const last: Callable = { params: [], apply: (value, call) => itemsOf(value, call).at(-1) }
const min: Callable = { params: [], apply: (value, call) => extreme(itemsOf(value, call), '<', call) }
const max: Callable = { params: [], apply: (value, call) => extreme(itemsOf(value, call), '>', call) }

const sum: Callable = {
  params: [],
  apply: (value, call) =>
    itemsOf(value, call).reduce<TemplateValue>(
      (total, one) => ARITHMETIC.get('+')?.(total, one, call.run, call.place),
      0,
    ),
}

const join: Callable = {
  params: ['d'],
  apply: (value, call) => {
    const between = call.given[0] ? textOf(call.args[0], call.run, call.place) : ''
    let size = 0
    const texts = itemsOf(value, call).map((one) => {
      const text = textOf(one, call.run, call.place)
      size += text.length + between.length
      checkLength(size - between.length, call.place)
      return text
    })
    return texts.join(between)
  },
}

const toJinjaJson: Callable = {
  params: [],
  apply: (value, { run, place }) => jsonText(value, SPACED, run, place),
}

const toJson: Callable = {
  params: ['ensure_ascii', 'pretty_print', 'sort_keys'],
  apply: (value, { args, run, place }) => {
    if (isTrue(args[0]) || isTrue(args[1]))
      throw new TemplateError('to_json takes neither ensure_ascii nor pretty_print here', place)
    return jsonText(value, { ...COMPACT, isSorted: isTrue(args[2]) }, run, place)
  },
}

const fromJson: Callable = {
  params: ['default'],
  apply: (value, call) => {
    const text = textOf(value, call.run, call.place)
    call.run.lookThrough(text, call.place)
    return readTemplateJson(text) ?? (text.trim() === 'null' ? null : otherwise('from_json', value, call))
  },
}

/** Methods of an object. */
const get: Callable = {
  params: ['key', 'default'],
  required: 1,
  apply: (value, { args, given, run, place }) => {
    const members = ofObject(value, place)
    run.look(members.length, place)
    const found = members.find(([key]) => key === args[0])
    return found === undefined ? (given[1] ? args[1] : null) : found[1]
  },
}
const keys: Callable = { params: [], apply: (value, { place }) => ofObject(value, place).map(([key]) => key) }
const values: Callable = {
  params: [],
  apply: (value, { place }) => ofObject(value, place).map(([, one]) => one),
}
const items: Callable = { params: [], apply: (value, { place }) => ofObject(value, place) }

function ofObject(value: TemplateValue, place: Invocation['place']): [TemplateValue, TemplateValue][] {
  const members = entriesIn(value)
  if (members === null) throw new TemplateError(`${kindWords(value)} has no such method`, place)
  return members
}

/** What a loop would go through: members of a list, characters of a text, keys of an object. */
function itemsOf(value: TemplateValue, { run, place }: Invocation): readonly TemplateValue[] {
  if (value === undefined) return []
  const found = isList(value)
    ? value
    : typeof value === 'string'
      ? Array.from(value)
      : entriesIn(value)?.map(([key]) => key)
  if (found === undefined) throw new TemplateError(`${kindWords(value)} has no members`, place)
  run.look(found.length, place)
  return found
}

/** Texts are compared without their case, as in Jinja. */
function extreme(among: readonly TemplateValue[], sign: '<' | '>', { place }: Invocation): TemplateValue {
  const plain = (value: TemplateValue) => (typeof value === 'string' ? value.toLowerCase() : value)
  let [best] = among
  for (const one of among.slice(1)) {
    const difference = order(plain(one), plain(best), sign, place)
    if (sign === '<' ? difference < 0 : difference > 0) best = one
  }
  return best
}

/** Filters of lists and objects, and of whatever there is or is not, by their names. */
export const LIST_FILTERS: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    ...{
      count: length,
      d: byDefault,
      default: byDefault,
      first,
      from_json: fromJson,
      iif,
      is_defined: isDefined,
      join,
    },
    ...{ last, length, list, max, min, sum, to_json: toJson, tojson: toJinjaJson },
  }),
)

/** Methods of objects by their names. */
export const OBJECT_METHODS: ReadonlyMap<string, Callable> = new Map(Object.entries({ get, items, keys, values }))
