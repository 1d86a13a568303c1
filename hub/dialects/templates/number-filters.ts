import { type Callable, existing, type Invocation, integerArgument, otherwise, toFloat } from './callable.ts'
import { ARITHMETIC } from './operators.ts'
import { roundHalfEven } from './rounding.ts'
import { TemplateError } from './template-error.ts'
import { floatOf, isFloat, kindWords, numberOf, type TemplateValue } from './template-value.ts'

/** Words that Home Assistant takes for true and false, in any case. */
const TRUTHS = new Map([
  ...['1', 'true', 'yes', 'on', 'enable'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off', 'disable'].map((word) => [word, false] as const),
])

const float: Callable = {
  params: ['default'],
  apply: (value, call) => {
    const number = toFloat(value, call.place)
    return number === null ? otherwise('float', value, call) : floatOf(number)
  },
}

const int: Callable = {
  params: ['default', 'base'],
  apply: (value, call) => toInteger(value, call) ?? otherwise('int', value, call),
}

const bool: Callable = {
  params: ['default'],
  apply: (value, call) => {
    const known = typeof value === 'string' ? TRUTHS.get(value.trim().toLowerCase()) : numberOf(value)
    return known === undefined || known === null ? otherwise('bool', value, call) : Boolean(known)
  },
}

/** Of Home Assistant, not of Jinja: half to even, and an integer without digits. */
const round: Callable = {
  params: ['precision', 'method', 'default'],
  apply: (value, call) => {
    const number = toFloat(value, call.place)
    const digits = call.given[0] ? numberOf(call.args[0]) : 0
    if (number === null || digits === null || isFloat(call.args[0])) return otherwise('round', value, call, 2)
    if (digits > 308) throw new TemplateError(`round takes at most 308 digits and not ${digits}`, call.place)
    const rounded = roundedBy(call.args[1], number, digits)
    if (digits !== 0) return floatOf(rounded)
    if (Number.isNaN(rounded)) return otherwise('round', value, call, 2)
    return wholeNumber(rounded, call)
  },
}

const abs: Callable = {
  params: [],
  apply: (value, { place }) => {
    const number = numberOf(value)
    if (number === null) throw new TemplateError(`abs takes a number and not ${kindWords(value)}`, place)
    return isFloat(value) ? floatOf(Math.abs(number)) : Math.abs(number)
  },
}

const add: Callable = {
  params: ['amount', 'default'],
  required: 1,
  apply: (...given) => calculated('+', ...given),
}
const multiply: Callable = {
  params: ['amount', 'default'],
  required: 1,
  apply: (...given) => calculated('*', ...given),
}

const clamp: Callable = {
  params: ['min_value', 'max_value'],
  required: 2,
  apply: (value, { args, place }) => {
    const [number, low, high] = [value, args[0], args[1]].map((one) => toFloat(one, place))
    if (typeof number !== 'number' || typeof low !== 'number' || typeof high !== 'number')
      throw new TemplateError('clamp takes three numbers', place)
    return floatOf(Math.max(low, Math.min(high, number)))
  },
}

const isNumber: Callable = {
  params: [],
  apply: (value, { place }) => {
    const number = toFloat(value, place)
    return number !== null && Number.isFinite(number)
  },
}

const bitwiseAnd = bitwise('bitwise_and', (left, right) => left & right)
const bitwiseOr = bitwise('bitwise_or', (left, right) => left | right)
const bitwiseXor = bitwise('bitwise_xor', (left, right) => left ^ right)

function bitwise(name: string, calculate: (left: bigint, right: bigint) => bigint): Callable {
  return {
    params: ['second_value'],
    required: 1,
    apply: (value, call) => {
      const [left, right] = [numberOf(value), integerArgument(call, 0, 0)]
      if (left === null || isFloat(value))
        throw new TemplateError(`${name} takes a whole number and not ${kindWords(value)}`, call.place)
      return Number(calculate(BigInt(left), BigInt(right)))
    },
  }
}

function calculated(sign: string, value: TemplateValue, call: Invocation): TemplateValue {
  const number = toFloat(value, call.place)
  const isPossible = number !== null && numberOf(call.args[0]) !== null
  if (!isPossible) return otherwise(sign === '+' ? 'add' : 'multiply', value, call, 1)
  return ARITHMETIC.get(sign)?.(floatOf(number), call.args[0], call.run, call.place)
}

function roundedBy(method: TemplateValue, value: number, digits: number): number {
  const unit = 10 ** digits
  if (method === 'ceil') return Math.ceil(value * unit) / unit
  if (method === 'floor') return Math.floor(value * unit) / unit
  if (method === 'half') return roundHalfEven(value * 2, 0) / 2
  return roundHalfEven(value, digits)
}

/** `null` where Python's `int` and the one of Jinja fail. */
function toInteger(value: TemplateValue, call: Invocation): TemplateValue | null {
  existing(value, call.place)
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') {
    const written = readInteger(value, integerArgument(call, 1, 10))
    if (written !== null) return wholeNumber(written, call)
  }
  const number = toFloat(value, call.place)
  return number === null || Number.isNaN(number) ? null : wholeNumber(number, call)
}

function readInteger(written: string, base: number): number | null {
  const [, sign = '', prefix = '', digits = ''] = /^\s*([+-]?)(0[xob])?([\da-z]+)\s*$/i.exec(written) ?? []
  if (digits === '' || digits.length > 400 || base < 2 || base > 36) return null
  const body = PREFIXES.get(prefix.toLowerCase()) === base ? digits : `${prefix}${digits}`
  const isOfBase = [...body.toLowerCase()].every((one) => Number.parseInt(one, 36) < base)
  return isOfBase ? Number.parseInt(`${sign}${body}`, base) : null
}

const PREFIXES = new Map([
  ['0x', 16],
  ['0o', 8],
  ['0b', 2],
])

function wholeNumber(value: number, { place }: Invocation): number {
  const whole = Math.trunc(value)
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole
  throw new TemplateError('a whole number is beyond 2^53', place)
}

/** Filters of numbers by their names. */
export const NUMBER_FILTERS: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    ...{ abs, add, bool, clamp, float, int, multiply, round },
    ...{ bitwise_and: bitwiseAnd, bitwise_or: bitwiseOr, bitwise_xor: bitwiseXor, is_number: isNumber },
  }),
)
