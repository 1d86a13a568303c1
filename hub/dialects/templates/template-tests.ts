import { type Callable, type Invocation, integerArgument } from './callable.ts'
import { NUMBER_FILTERS } from './number-filters.ts'
import { COMPARISONS } from './operators.ts'
import { TemplateError } from './template-error.ts'
import { entriesIn, isFloat, isList, kindWords, numberOf, type TemplateValue } from './template-value.ts'
import { textOf } from './value-text.ts'

/** What stands behind `is`. */
export const TESTS: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['defined', test((value) => value !== undefined)],
  ['undefined', test((value) => value === undefined)],
  ['none', test((value) => value === null)],
  ['true', test((value) => value === true)],
  ['false', test((value) => value === false)],
  ['boolean', test((value) => typeof value === 'boolean')],
  ['number', test((value) => numberOf(value) !== null || typeof value === 'bigint')],
  ['integer', test((value) => (typeof value === 'number' && !isFloat(value)) || typeof value === 'bigint')],
  ['float', test(isFloat)],
  ['string', test((value) => typeof value === 'string')],
  ['string_like', test((value) => typeof value === 'string')],
  ['list', test(isList)],
  ['mapping', test((value) => entriesIn(value) !== null)],
  ['sequence', test(hasMembers)],
  ['iterable', test(hasMembers)],
  ...[...NUMBER_FILTERS].filter(([name]) => name === 'is_number'),
  ['lower', test((value, call) => isOfCase(value, call, (text) => text.toLowerCase()))],
  ['upper', test((value, call) => isOfCase(value, call, (text) => text.toUpperCase()))],
  ['even', test((value, call) => integerOf(value, call) % 2 === 0)],
  ['odd', test((value, call) => Math.abs(integerOf(value, call) % 2) === 1)],
  ['divisibleby', { ...test((value, call) => isDivisible(value, call)), params: ['num'], required: 1 }],
  ...comparing('==', ['eq', 'equalto']),
  ...comparing('!=', ['ne']),
  ...comparing('<', ['lt', 'lessthan']),
  ...comparing('<=', ['le']),
  ...comparing('>', ['gt', 'greaterthan']),
  ...comparing('>=', ['ge']),
  ...comparing('in', ['in']),
])

function test(judge: (value: TemplateValue, call: Invocation) => boolean): Callable {
  return { params: [], apply: judge }
}

function comparing(sign: string, names: string[]): [string, Callable][] {
  const compare = COMPARISONS.get(sign)
  const callable: Callable = {
    params: ['other'],
    required: 1,
    apply: (value, { args, run, place }) => compare?.(value, args[0], run, place),
  }
  return names.map((name) => [name, callable])
}

function hasMembers(value: TemplateValue): boolean {
  return value === undefined || typeof value === 'string' || isList(value) || entriesIn(value) !== null
}

/** Whether a text stays as it is in this case, and has letters that could be in the other one. */
function isOfCase(value: TemplateValue, { run, place }: Invocation, inCase: (text: string) => string): boolean {
  const text = textOf(value, run, place)
  return inCase(text) === text && text.toLowerCase() !== text.toUpperCase()
}

function integerOf(value: TemplateValue, { place }: Invocation): number {
  const number = numberOf(value)
  if (number === null) throw new TemplateError(`a number is wanted and not ${kindWords(value)}`, place)
  return number
}

function isDivisible(value: TemplateValue, call: Invocation): boolean {
  const by = integerArgument(call, 0, 0)
  if (by === 0) throw new TemplateError('nothing is divisible by zero', call.place)
  return integerOf(value, call) % by === 0
}
