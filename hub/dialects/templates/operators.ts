import { checkLength, type Evaluation } from './evaluation.ts'
import { formatted } from './formatting.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'
import {
  Dictionary,
  entriesIn,
  floatOf,
  isFloat,
  isJsonObject,
  isList,
  keyOf,
  kindWords,
  memberOf,
  numberOf,
  type TemplateValue,
} from './template-value.ts'

/** An operator between two values. */
export type Operator = (left: TemplateValue, right: TemplateValue, run: Evaluation, place: SourcePlace) => TemplateValue

const calculations = new Map<string, (left: number, right: number, place: SourcePlace) => number>([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right, place) => left / divisor(right, place)],
  ['//', (left, right, place) => Math.round((left - remainder(left, right, place)) / right)],
  ['%', remainder],
  ['**', power],
])

/** `+ - * / // % **`, as Python calculates: an integer of integers except by `/`, else a float. */
export const ARITHMETIC: ReadonlyMap<string, Operator> = new Map(
  [...calculations].map(([sign, calculate]): [string, Operator] => [
    sign,
    (left, right, run, place) => {
      const [a, b] = [numberOf(left), numberOf(right)]
      if (sign === '%' && typeof left === 'string')
        return formatted(left, isList(right) ? right : [right], { run, place })
      if (a === null || b === null) return ofOthers(sign, left, right, place)
      const result = calculate(a, b, place)
      const isReal = sign === '/' || isFloat(left) || isFloat(right) || (sign === '**' && b < 0)
      return isReal ? floatOf(result) : integer(result, place)
    },
  ]),
)

/** `== != < <= > >= in` and `not in`. */
export const COMPARISONS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['==', (left, right, run, place) => isEqual(left, right, { run, place })],
  ['!=', (left, right, run, place) => !isEqual(left, right, { run, place })],
  ['<', (left, right, _run, place) => order(left, right, '<', place) < 0],
  ['<=', (left, right, _run, place) => order(left, right, '<=', place) <= 0],
  ['>', (left, right, _run, place) => order(left, right, '>', place) > 0],
  ['>=', (left, right, _run, place) => order(left, right, '>=', place) >= 0],
  ['in', (left, right, run, place) => isIn(left, right, run, place)],
  ['not in', (left, right, run, place) => !isIn(left, right, run, place)],
])

function divisor(value: number, place: SourcePlace): number {
  if (value === 0) throw new TemplateError('the template divides by zero', place)
  return value
}

/** Of the sign of the divisor. */
function remainder(value: number, by: number, place: SourcePlace): number {
  const rest = value % divisor(by, place)
  if (rest === 0) return by < 0 ? -0 : 0
  return rest < 0 !== by < 0 ? rest + by : rest
}

function power(base: number, exponent: number, place: SourcePlace): number {
  if (base === 0) divisor(exponent < 0 ? 0 : 1, place)
  const result = base ** exponent
  if (Number.isNaN(result)) throw new TemplateError('a negative number has no such power', place)
  return result
}

function integer(value: number, place: SourcePlace): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  throw new TemplateError('the template calculates with whole numbers beyond 2^53', place)
}

/** Texts and lists are added to each other and repeated. */
function ofOthers(sign: string, left: TemplateValue, right: TemplateValue, place: SourcePlace): TemplateValue {
  if (sign === '+' && typeof left === 'string' && typeof right === 'string') {
    checkLength(left.length + right.length, place)
    return left + right
  }
  if (sign === '+' && isList(left) && isList(right)) {
    checkMembers(left.length + right.length, place)
    return [...left, ...right]
  }
  if (sign === '*') {
    const [what, times] = typeof left === 'string' || isList(left) ? [left, right] : [right, left]
    const count = isFloat(times) ? null : numberOf(times)
    if (count !== null) return repeated(what, count, place)
  }
  throw new TemplateError(`"${sign}" does not go with ${kindWords(left)} and ${kindWords(right)}`, place)
}

function repeated(what: TemplateValue, times: number, place: SourcePlace): TemplateValue {
  const count = Math.max(times, 0)
  if (typeof what === 'string') {
    checkLength(what.length * count, place)
    return what === '' ? '' : what.repeat(count)
  }
  if (!isList(what)) throw new TemplateError(`"*" does not go with ${kindWords(what)} and a number`, place)
  checkMembers(what.length * count, place)
  return what.length === 0 ? [] : Array.from({ length: count }, () => what).flat()
}

function checkMembers(count: number, place: SourcePlace): void {
  if (count > TEMPLATE_LIMITS.steps)
    throw new TemplateError(`a list gets more than ${TEMPLATE_LIMITS.steps} members`, place)
}

/** `left == right`. Numbers are equal whatever their notation; of lists and objects every member is compared. */
export function isEqual(
  left: TemplateValue,
  right: TemplateValue,
  { run, place, depth = 0 }: { run: Evaluation; place: SourcePlace; depth?: number },
): boolean {
  const a = numberOf(left)
  if (a !== null) return typeof right === 'bigint' ? false : a === numberOf(right)
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) return left === right
  if (depth > TEMPLATE_LIMITS.dataDepth) throw new TemplateError('values are nested too deeply to compare them', place)
  const inner = { run, place, depth: depth + 1 }
  if (isList(left)) {
    run.look(left.length, place)
    return isList(right) && left.length === right.length && left.every((one, at) => isEqual(one, right[at], inner))
  }
  const [members, others] = [entriesIn(left), entriesIn(right)]
  if (members === null || others === null) return false
  run.look(members.length, place)
  return members.length === others.length && members.every(([key, one]) => hasEqual(right, [key, one], inner))
}

function hasEqual(
  object: TemplateValue,
  [key, value]: [TemplateValue, TemplateValue],
  inner: { run: Evaluation; place: SourcePlace; depth: number },
): boolean {
  const other = memberOf(object, key)
  return other !== undefined && isEqual(value, other, inner)
}

/** Below zero when `left` comes first. Throws for what Python has no order of. */
export function order(left: TemplateValue, right: TemplateValue, sign: string, place: SourcePlace): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a === null || b === null)
    throw new TemplateError(`"${sign}" does not go with ${kindWords(left)} and ${kindWords(right)}`, place)
  return a === b ? 0 : a - b
}

function isIn(one: TemplateValue, many: TemplateValue, run: Evaluation, place: SourcePlace): boolean {
  if (many === undefined) return false
  if (isList(many)) {
    run.look(many.length, place)
    return many.some((member) => isEqual(one, member, { run, place }))
  }
  if (many instanceof Dictionary) {
    const key = keyOf(one)
    return key !== undefined && many.entries.has(key)
  }
  if (isJsonObject(many)) return typeof one === 'string' && Object.hasOwn(many, one)
  if (typeof many !== 'string') throw new TemplateError(`nothing can be in ${kindWords(many)}`, place)
  if (typeof one !== 'string') throw new TemplateError(`only a text can be in a text, not ${kindWords(one)}`, place)
  run.lookThrough(many, place)
  return many.includes(one)
}
