import type { TemplatePart } from './evaluation.ts'
import type { Token } from './lexer.ts'
import { type SourcePlace, TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'

/** What Home Assistant lets a template know of its own house. */
const OF_A_HOUSE = new Set(['this', 'states', 'trigger', 'namespace', 'loop', 'caller', 'self'])

/** Where the parts of a template are read from: its tokens, its names, and how much of it there is by now. */
export class Parser {
  readonly #source: string
  readonly #tokens: readonly Token[]
  /** What names stand for in an evaluation, by their places in `slots`. */
  readonly slots = new Map<string, number>()
  #at = 0
  #nodes = 0
  #depth = 0

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source
    this.#tokens = tokens
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'data', text: '', offset: this.#source.length }
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at + 1]
  }

  get isOver(): boolean {
    return this.#at >= this.#tokens.length
  }

  is(kind: Token['kind'], text?: string): boolean {
    return !this.isOver && this.token.kind === kind && (text === undefined || this.token.text === text)
  }

  isSign(text: string): boolean {
    return this.is('sign', text)
  }

  /** The token here, which is passed by. */
  take(): Token {
    const { token } = this
    this.#at++
    return token
  }

  /** Passes by this token if it stands here. */
  skip(kind: Token['kind'], text: string): boolean {
    const isHere = this.is(kind, text)
    if (isHere) this.#at++
    return isHere
  }

  expect(kind: Token['kind'], text: string): void {
    if (!this.skip(kind, text)) throw this.error(`"${text}" is wanted here`)
  }

  expectName(): string {
    if (!this.is('name')) throw this.error('a name is wanted here')
    return this.take().text
  }

  place(offset = this.token.offset): SourcePlace {
    return { source: this.#source, offset }
  }

  error(what: string, offset = this.token.offset): TemplateError {
    return new TemplateError(what, this.place(offset))
  }

  /** Counts a part of the template. Each is evaluated once at most, so this bounds the time of an evaluation. */
  part(part: TemplatePart): TemplatePart {
    if (++this.#nodes > TEMPLATE_LIMITS.nodes)
      throw this.error(`the template has more than ${TEMPLATE_LIMITS.nodes} parts`)
    return part
  }

  /** Reads what is within something else. */
  within<T>(read: () => T): T {
    if (++this.#depth > TEMPLATE_LIMITS.depth)
      throw this.error(`the template is nested deeper than ${TEMPLATE_LIMITS.depth} levels`)
    const result = read()
    this.#depth--
    return result
  }

  /** The place of a name in `slots`. */
  slot(name: string, offset: number): number {
    if (OF_A_HOUSE.has(name)) throw this.error(`"${name}" is known to a template of Home Assistant alone`, offset)
    const known = this.slots.get(name)
    if (known !== undefined) return known
    this.slots.set(name, this.slots.size)
    return this.slots.size - 1
  }
}
