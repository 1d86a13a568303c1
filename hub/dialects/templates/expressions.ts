import type { TemplatePart } from './evaluation.ts'
import { checkLength } from './evaluation.ts'
import { ARITHMETIC, COMPARISONS, type Operator } from './operators.ts'
import type { Parser } from './parser.ts'
import { filtered, type Named, postfixed } from './postfixes.ts'
import { primary } from './primaries.ts'
import type { SourcePlace } from './template-error.ts'
import { TemplateError } from './template-error.ts'
import { floatOf, isFloat, isTrue, kindWords, numberOf } from './template-value.ts'
import { textOf } from './value-text.ts'

/** `one if this else other`, the outermost of all operators. */
export function expression(parser: Parser): TemplatePart {
  return parser.within(() => {
    let result = disjunction(parser)
    while (parser.skip('name', 'if')) {
      const [value, condition] = [result, disjunction(parser)]
      const other = parser.skip('name', 'else') ? expression(parser) : () => undefined
      result = parser.part((run) => (isTrue(condition(run)) ? value(run) : other(run)))
    }
    return result
  })
}

function disjunction(parser: Parser): TemplatePart {
  let left = conjunction(parser)
  while (parser.skip('name', 'or')) {
    const [first, second] = [left, conjunction(parser)]
    left = parser.part((run) => {
      const value = first(run)
      return isTrue(value) ? value : second(run)
    })
  }
  return left
}

function conjunction(parser: Parser): TemplatePart {
  let left = negation(parser)
  while (parser.skip('name', 'and')) {
    const [first, second] = [left, negation(parser)]
    left = parser.part((run) => {
      const value = first(run)
      return isTrue(value) ? second(run) : value
    })
  }
  return left
}

function negation(parser: Parser): TemplatePart {
  if (!parser.skip('name', 'not')) return comparison(parser)
  const operand = parser.within(() => negation(parser))
  return parser.part((run) => !isTrue(operand(run)))
}

/** `a < b < c` is `a < b and b < c`. */
function comparison(parser: Parser): TemplatePart {
  const first = sum(parser)
  const steps: { compare: Operator; operand: TemplatePart; place: SourcePlace }[] = []
  for (;;) {
    const place = parser.place()
    const compare = COMPARISONS.get(comparisonSign(parser))
    if (compare === undefined) break
    steps.push({ compare, operand: parser.part(sum(parser)), place })
  }
  const [only] = steps
  if (only === undefined) return first
  if (steps.length === 1) return (run) => only.compare(first(run), only.operand(run), run, only.place)
  return (run) => {
    let left = first(run)
    for (const { compare, operand, place } of steps) {
      const right = operand(run)
      if (!compare(left, right, run, place)) return false
      left = right
    }
    return true
  }
}

/** The sign of a comparison that stands here, which is passed by; empty where there is none. */
function comparisonSign(parser: Parser): string {
  if (parser.is('sign') && COMPARISONS.has(parser.token.text)) return parser.take().text
  if (parser.skip('name', 'in')) return 'in'
  if (!parser.is('name', 'not') || parser.next?.text !== 'in') return ''
  parser.take()
  parser.take()
  return 'not in'
}

function sum(parser: Parser): TemplatePart {
  return chain(parser, ['+', '-'], concatenation)
}

function concatenation(parser: Parser): TemplatePart {
  const place = parser.place()
  const pieces = [product(parser)]
  while (parser.skip('sign', '~')) pieces.push(parser.part(product(parser)))
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only
  return (run) => {
    let text = ''
    for (const piece of pieces) {
      text += textOf(piece(run), run, place)
      checkLength(text.length, place)
    }
    return text
  }
}

function product(parser: Parser): TemplatePart {
  return chain(parser, ['*', '/', '//', '%'], power)
}

/** From the left, as Jinja does and Python does not. */
function power(parser: Parser): TemplatePart {
  return chain(parser, ['**'], unary)
}

function chain(parser: Parser, signs: readonly string[], operand: (parser: Parser) => TemplatePart): TemplatePart {
  let left = operand(parser)
  while (parser.is('sign') && signs.includes(parser.token.text)) {
    const { text, offset } = parser.take()
    const operator = ARITHMETIC.get(text)
    if (operator === undefined) throw parser.error(`"${text}" is no operator`, offset)
    const [first, second, place] = [left, operand(parser), parser.place(offset)]
    left = parser.part((run) => operator(first(run), second(run), run, place))
  }
  return left
}

/** A sign binds closer than a filter: `-5 | abs` is 5. */
function unary(parser: Parser, isFiltered = true): TemplatePart {
  const { text, offset } = parser.token
  const isSigned = parser.isSign('-') || parser.isSign('+')
  if (isSigned) parser.take()
  const operand: Named = isSigned
    ? {
        part: signed(
          text,
          parser.within(() => unary(parser, false)),
          parser.place(offset),
        ),
      }
    : primary(parser, expression)
  const postfix = postfixed(parser, isSigned ? { part: parser.part(operand.part) } : operand, expression)
  return isFiltered ? filtered(parser, postfix, expression) : postfix
}

function signed(sign: string, operand: TemplatePart, place: SourcePlace): TemplatePart {
  return (run) => {
    const value = operand(run)
    const number = numberOf(value)
    if (number === null) throw new TemplateError(`"${sign}" does not go with ${kindWords(value)}`, place)
    const result = sign === '-' ? -number : number
    return isFloat(value) ? floatOf(result) : result === 0 ? 0 : result
  }
}
