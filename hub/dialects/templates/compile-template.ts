import { cutText } from '../../../shared/cut-text.ts'
import { checkLength, Evaluation, type TemplatePart } from './evaluation.ts'
import { expression } from './expressions.ts'
import { readTokens } from './lexer.ts'
import { Parser } from './parser.ts'
import { TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'
import { isTrue, type TemplateValue } from './template-value.ts'
import { textOf } from './value-text.ts'

/** What the names of a template stand for: `value`, `value_json`, and what a command brings. */
export type TemplateNames = ReadonlyMap<string, TemplateValue>

/** A template that was read, and can be evaluated any number of times. */
export interface Template {
  readonly source: string
  /** The names in it: what they stand for is wanted for an evaluation. */
  readonly names: ReadonlySet<string>
  /**
   * Its text with these values, blanks at both ends left out. The same values give the same text. What a name stands for
   * that is not given is nothing. Throws `TemplateError` and nothing else, in bounded time.
   */
  render(values: TemplateNames): string
}

/** Writes a piece of the result. */
type Writer = (run: Evaluation) => string

/**
 * Reads a template of Home Assistant, which is Jinja. What is known of it is a part that always ends soon: literals, paths of
 * own members, filters, tests and functions of a fixed list, operators, `if` in a line and around text, `set`. Its
 * values, its operators and its printing are those of Jinja 3.1 on Python (jinja.palletsprojects.com, "Template Designer Documentation");
 * `float`, `int`, `bool`, `round`, `add`, `multiply`, `is_defined`, `iif`, `to_json` and `is_number` are those of Home Assistant 2026
 * (home-assistant.io, "Templating" and its template functions). A list in round brackets prints like one in square ones.
 *
 * Throws `TemplateError` with the construct and its place for whatever is not known, and for a template that is too long
 * (100,000 characters), has too many parts (2,000) or is nested too deeply (64).
 */
export function compileTemplate(source: string): Template {
  if (source.length > TEMPLATE_LIMITS.source)
    throw new TemplateError(`the template has more than ${TEMPLATE_LIMITS.source} characters`, {
      source: '',
      offset: 0,
    })
  const trimmed = source.trim()
  const parser = new Parser(trimmed, readTokens(trimmed))
  const write = body(parser)
  if (!parser.isOver) throw parser.error(`"${parser.next?.text ?? ''}" ends nothing here`)
  return {
    source,
    names: new Set(parser.slots.keys()),
    render: (values) => render(trimmed, { write, slots: parser.slots, values }),
  }
}

function render(
  source: string,
  { write, slots, values }: { write: Writer; slots: ReadonlyMap<string, number>; values: TemplateNames },
): string {
  const given: TemplateValue[] = []
  for (const name of slots.keys()) given.push(values.get(name))
  try {
    return write(new Evaluation(given)).trim()
  } catch (error) {
    if (error instanceof TemplateError) throw error
    // None is known. Whoever evaluates a template is to meet one kind of error.
    throw new TemplateError(`the template cannot be evaluated: ${String(error)}`, { source, offset: 0 })
  }
}

/** Words that end a body or go on with another one, and are left for whoever reads the block. */
const ENDS = new Set(['elif', 'else', 'endif'])

function body(parser: Parser): Writer {
  const writers: Writer[] = []
  while (!parser.isOver && !(parser.is('begin', '{%') && ENDS.has(parser.next?.text ?? ''))) {
    const place = parser.place()
    const { kind, text } = parser.take()
    if (kind === 'data') writers.push(data(parser, text))
    else if (text === '{{') {
      const part = expression(parser)
      parser.expect('end', '}}')
      writers.push((run) => textOf(part(run), run, place))
    } else writers.push(statement(parser))
  }
  const [only] = writers
  if (writers.length === 1 && only !== undefined) return only
  const place = parser.place(0)
  return (run) => {
    let text = ''
    for (const write of writers) {
      text += write(run)
      checkLength(text.length, place)
    }
    return text
  }
}

function data(parser: Parser, text: string): Writer {
  parser.part(() => text)
  return () => text
}

function statement(parser: Parser): Writer {
  const { offset } = parser.token
  const word = parser.expectName()
  if (word === 'if') return condition(parser)
  if (word === 'set') return assignment(parser)
  throw parser.error(`"{% ${cutText(word, 40)} %}" is not known here: there are "if" and "set", and no loops`, offset)
}

function condition(parser: Parser): Writer {
  const branches: { isWanted: TemplatePart; write: Writer }[] = []
  let otherwise: Writer | null = null
  return parser.within(() => {
    for (let word = 'if'; word !== 'endif'; ) {
      if (otherwise !== null) throw parser.error(`"${word}" stands behind "else"`)
      const isWanted = word === 'else' ? null : parser.part(expression(parser))
      parser.expect('end', '%}')
      const write = body(parser)
      if (isWanted === null) otherwise = write
      else branches.push({ isWanted, write })
      parser.expect('begin', '{%')
      word = parser.expectName()
    }
    parser.expect('end', '%}')
    return (run) => {
      for (const { isWanted, write } of branches) if (isTrue(isWanted(run))) return write(run)
      return otherwise?.(run) ?? ''
    }
  })
}

function assignment(parser: Parser): Writer {
  const { offset } = parser.token
  const slot = parser.slot(parser.expectName(), offset)
  if (!parser.isSign('=')) throw parser.error('"set" gives one name one value here')
  parser.take()
  const part = expression(parser)
  parser.expect('end', '%}')
  return (run) => {
    run.slots[slot] = part(run)
    return ''
  }
}
