import { cutText } from '../../../shared/cut-text.ts'
import type { Callable, Invocation } from './callable.ts'
import type { TemplatePart } from './evaluation.ts'
import { FILTERS, FUNCTIONS, METHODS } from './filters.ts'
import type { Token } from './lexer.ts'
import type { Parser } from './parser.ts'
import { attributeOf, itemOf, sliceOf } from './paths.ts'
import { primary } from './primaries.ts'
import { TESTS } from './template-tests.ts'

/** A part, with the name of the function that it is when it is called. */
export interface Named {
  part: TemplatePart
  name?: { text: string; offset: number }
}

type Expression = (parser: Parser) => TemplatePart

/** Arguments as they stand in a call, by their places. */
interface Arguments {
  parts: (TemplatePart | undefined)[]
  given: boolean[]
}

/** `.name`, `[key]`, `[from:to]`, and calls of what is on the fixed list. */
export function postfixed(parser: Parser, { part, name }: Named, expression: Expression): TemplatePart {
  let value = part
  if (name !== undefined) value = call(parser, { kind: 'function', ...name }, { expression })
  for (;;) {
    const { offset } = parser.token
    if (parser.skip('sign', '.')) value = member(parser, value, expression)
    else if (parser.skip('sign', '[')) value = subscript(parser, { value, offset }, expression)
    else if (parser.isSign('(')) throw parser.error('what is called here is no function')
    else return value
  }
}

/** `| filter` and `is test`. */
export function filtered(parser: Parser, first: TemplatePart, expression: Expression): TemplatePart {
  let value = first
  for (;;) {
    if (parser.skip('sign', '|')) {
      const { offset } = parser.token
      value = call(parser, { kind: 'filter', text: parser.expectName(), offset }, { value, expression })
    } else if (parser.skip('name', 'is')) value = tested(parser, value, expression)
    else return value
  }
}

function member(parser: Parser, value: TemplatePart, expression: Expression): TemplatePart {
  const { kind, text, offset } = parser.take()
  const place = parser.place(offset)
  if (kind === 'number') return parser.part((run) => itemOf(value(run), Number(text), run, place))
  if (kind !== 'name') throw parser.error('a name is wanted behind "."', offset)
  if (parser.isSign('(')) return call(parser, { kind: 'method', text, offset }, { value, expression })
  return parser.part((run) => attributeOf(value(run), text, place))
}

function subscript(
  parser: Parser,
  { value, offset }: { value: TemplatePart; offset: number },
  expression: Expression,
): TemplatePart {
  const place = parser.place(offset)
  const from = parser.isSign(':') ? () => undefined : expression(parser)
  if (parser.skip('sign', ']')) return parser.part((run) => itemOf(value(run), from(run), run, place))
  parser.expect('sign', ':')
  const to = parser.isSign(']') || parser.isSign(':') ? () => undefined : expression(parser)
  if (parser.isSign(':')) throw parser.error('a part of a list or text has no step here')
  parser.expect('sign', ']')
  return parser.part((run) => sliceOf(value(run), [from(run), to(run)], run, place))
}

/** Other names behind a test that takes nothing would be what it is given, in Jinja. */
const BEHIND_A_TEST: ReadonlySet<string> = new Set(['and', 'or', 'else'])

function tested(parser: Parser, value: TemplatePart, expression: Expression): TemplatePart {
  const isNegated = parser.skip('name', 'not')
  const { offset } = parser.token
  const text = parser.expectName()
  const test = call(parser, { kind: 'test', text, offset }, { value, expression })
  const isAlone = TESTS.get(text)?.params.length === 0
  if (isAlone && parser.is('name') && !BEHIND_A_TEST.has(parser.token.text))
    throw parser.error(`"${cutText(parser.token.text, 40)}" stands behind a test: brackets say what is meant`)
  return isNegated ? (run) => !test(run) : test
}

const LISTS = { filter: FILTERS, test: TESTS, function: FUNCTIONS, method: METHODS }

/** A call of something by its name. Throws for a name that is not on the list, and for arguments that it does not take. */
function call(
  parser: Parser,
  { kind, text, offset }: { kind: keyof typeof LISTS; text: string; offset: number },
  { value = () => undefined, expression }: { value?: TemplatePart; expression: Expression },
): TemplatePart {
  const callable = LISTS[kind].get(text)
  if (callable === undefined) throw parser.error(unknownWords(kind, text), offset)
  const isOneArgument = kind === 'test' && callable.params.length > 0 && !parser.isSign('(')
  const { parts, given } = isOneArgument
    ? { parts: [postfixed(parser, primary(parser, expression), expression)], given: [true] }
    : argumentsOf(parser, callable, { text, expression })
  if ((callable.required ?? 0) > given.filter(Boolean).length)
    throw parser.error(`"${text}" wants ${callable.params.slice(0, callable.required).join(' and ')}`, offset)
  const { apply } = callable
  const place = parser.place(offset)
  return parser.part((run) => {
    const made: Invocation = { args: parts.map((part) => part?.(run)), given, run, place }
    return apply(value(run), made)
  })
}

function argumentsOf(
  parser: Parser,
  { params, isOpen = false }: Callable,
  { text, expression }: { text: string; expression: Expression },
): Arguments {
  const found: Arguments = { parts: [], given: [] }
  if (!parser.skip('sign', '(')) return found
  while (!parser.skip('sign', ')')) {
    const { offset, ...token } = parser.token
    if (parser.isSign('*') || parser.isSign('**')) throw parser.error('a call spreads no list here')
    const at = isKeyword(parser) ? keyword(parser, params, text) : found.parts.length
    if (at >= params.length && !isOpen) throw parser.error(`"${text}" takes less than ${at + 1} arguments`, offset)
    if (found.given[at]) throw parser.error(`"${text}" gets ${token.text} twice`, offset)
    while (found.parts.length < at) {
      found.parts.push(undefined)
      found.given.push(false)
    }
    found.parts[at] = expression(parser)
    found.given[at] = true
    if (!parser.isSign(')')) parser.expect('sign', ',')
  }
  return found
}

function isKeyword(parser: Parser): boolean {
  const { next }: { next: Token | undefined } = parser
  return parser.is('name') && next?.kind === 'sign' && next.text === '='
}

function keyword(parser: Parser, params: readonly string[], callable: string): number {
  const { text, offset } = parser.take()
  parser.take()
  const at = params.indexOf(text)
  if (at < 0) throw parser.error(`"${callable}" has no argument "${text}"`, offset)
  return at
}

/** Filters of Home Assistant that are left out for a reason, by a word in their names. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/regex|search|match/, 'looks for a pattern, which can take any time'],
  [/time|date|now|today|strptime/, 'needs a clock and a time zone'],
  [/state|attr|device|area|entit|label|floor|expand|zone|config/, 'asks the house of a Home Assistant'],
  [/map|select|reject|sort|group|batch|slice|loop|range|namespace/, 'goes through a list'],
  [/random/, 'is not the same twice'],
]

function unknownWords(kind: string, name: string): string {
  const [, why] = LEFT_OUT.find(([pattern]) => pattern.test(name)) ?? []
  return `the ${kind} "${cutText(name, 40)}" ${why ?? 'is not one of those that are known here'}`
}
