import type { TemplatePart } from './evaluation.ts'
import type { Parser } from './parser.ts'
import type { Named } from './postfixes.ts'
import { TemplateError } from './template-error.ts'
import { Dictionary, floatOf, keyOf, kindWords, type TemplateValue } from './template-value.ts'

const CONSTANTS: ReadonlyMap<string, TemplateValue> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** Words that mean something between values and are none. */
const KEYWORDS = new Set(['if', 'else', 'elif', 'and', 'or', 'not', 'in', 'is'])

/** A name, a literal, or an expression in brackets. */
export function primary(parser: Parser, expression: (parser: Parser) => TemplatePart): Named {
  const { kind, text, offset } = parser.token
  if (parser.is('name')) {
    if (KEYWORDS.has(text)) throw parser.error(`a value is wanted here and not "${text}"`)
    parser.take()
    if (CONSTANTS.has(text)) return { part: parser.part(constant(CONSTANTS.get(text))) }
    // A function is no value: only its name and what it is called with say something.
    if (parser.isSign('(')) return { part: () => undefined, name: { text, offset } }
    const slot = parser.slot(text, offset)
    return { part: parser.part((run) => run.slots[slot]) }
  }
  if (kind === 'number' || kind === 'text') parser.take()
  if (kind === 'number') return { part: parser.part(constant(numberIn(parser, text, offset))) }
  if (kind === 'text') {
    let whole = text
    while (parser.is('text')) whole += parser.take().text
    return { part: parser.part(constant(whole)) }
  }
  if (parser.skip('sign', '(')) return { part: bracketed(parser, expression) }
  if (parser.skip('sign', '[')) return { part: listOf(parser, members(parser, ']', expression)) }
  if (parser.skip('sign', '{')) return { part: dictionary(parser, expression) }
  throw parser.error(parser.is('end') ? 'a value is wanted before the end' : `a value is wanted here and not "${text}"`)
}

function constant(value: TemplateValue): TemplatePart {
  return () => value
}

function numberIn(parser: Parser, text: string, offset: number): TemplateValue {
  const value = Number(text)
  if (/^\d+$|^0x/i.test(text)) {
    if (!Number.isSafeInteger(value)) throw parser.error('a whole number is beyond 2^53', offset)
    return value
  }
  return floatOf(value)
}

/** `(value)`, or the list that Python writes as `(one, two)`. */
function bracketed(parser: Parser, expression: (parser: Parser) => TemplatePart): TemplatePart {
  if (parser.skip('sign', ')')) return listOf(parser, [])
  const first = expression(parser)
  if (parser.skip('sign', ')')) return first
  parser.expect('sign', ',')
  return listOf(parser, [first, ...members(parser, ')', expression)])
}

function members(parser: Parser, end: string, expression: (parser: Parser) => TemplatePart): TemplatePart[] {
  const parts: TemplatePart[] = []
  while (!parser.skip('sign', end)) {
    parts.push(expression(parser))
    if (!parser.isSign(end)) parser.expect('sign', ',')
  }
  return parts
}

function listOf(parser: Parser, parts: readonly TemplatePart[]): TemplatePart {
  return parser.part((run) => parts.map((part) => part(run)))
}

function dictionary(parser: Parser, expression: (parser: Parser) => TemplatePart): TemplatePart {
  const place = parser.place()
  const members: { key: TemplatePart; value: TemplatePart }[] = []
  while (!parser.skip('sign', '}')) {
    const key = expression(parser)
    parser.expect('sign', ':')
    members.push({ key, value: expression(parser) })
    if (!parser.isSign('}')) parser.expect('sign', ',')
  }
  return parser.part((run) => {
    const made = new Dictionary()
    for (const member of members) {
      const key = member.key(run)
      const known = keyOf(key)
      if (known === undefined) throw new TemplateError(`${kindWords(key)} cannot be a key`, place)
      // As in Python: the first spelling of a key stays, with the last value.
      made.entries.set(known, { key: made.entries.get(known)?.key ?? key, value: member.value(run) })
    }
    return made
  })
}
