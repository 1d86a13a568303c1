import { type SourcePlace, TemplateError } from './template-error.ts'

/** A piece of a template. `data` is what stands outside of braces; `begin` and `end` are the braces, without their signs. */
export interface Token {
  kind: 'data' | 'begin' | 'end' | 'name' | 'number' | 'text' | 'sign'
  /** As it is written; of a `text` what it says. */
  text: string
  offset: number
}

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER = /0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const DIGITS = /\d+/y
const TEXT = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const SIGN = /\*\*|\/\/|[=!<>]=|[-+*/%~()[\]{}.,:|<>=]/y
const BLANKS = /\s*/y

/** What a backslash and a character stand for in a text; before any other character it stands for itself. */
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ["'", "'"],
  ['"', '"'],
  ['\\', '\\'],
])

/** The tokens of a template, in one pass. Throws `TemplateError` for what cannot be one. */
export function readTokens(source: string): Token[] {
  return new Lexer(source).read()
}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #at = 0
  /** Brackets that are open within the braces: only outside of all do braces end. */
  #open = 0
  /** Whether blanks at the beginning of what follows are left out. */
  #isTrimming = false

  constructor(source: string) {
    this.#source = source
  }

  read(): Token[] {
    while (this.#at < this.#source.length) {
      const begin = this.#nextBegin()
      this.#data(begin)
      if (begin >= this.#source.length) break
      const braces = this.#source.slice(begin, begin + 2)
      this.#at = begin + 2
      if (/[-+]/.test(this.#source.charAt(this.#at))) this.#at++
      if (braces === '{#') this.#comment(begin)
      else this.#inside(braces, begin)
    }
    return this.#tokens
  }

  #nextBegin(): number {
    for (let at = this.#at; ; at++) {
      at = this.#source.indexOf('{', at)
      if (at < 0) return this.#source.length
      if ('{%#'.includes(this.#source.charAt(at + 1) || ' ')) return at
    }
  }

  #data(end: number): void {
    let text = this.#source.slice(this.#at, end)
    if (this.#isTrimming) text = text.trimStart()
    if (this.#source.charAt(end + 2) === '-') text = text.trimEnd()
    if (text !== '') this.#tokens.push({ kind: 'data', text, offset: this.#at })
    this.#isTrimming = false
  }

  #comment(begin: number): void {
    const end = this.#source.indexOf('#}', this.#at)
    if (end < 0) throw new TemplateError('a comment does not end', this.#place(begin))
    this.#isTrimming = this.#source.charAt(end - 1) === '-'
    this.#at = end + 2
  }

  #inside(braces: string, begin: number): void {
    const last = braces === '{{' ? '}}' : '%}'
    this.#tokens.push({ kind: 'begin', text: braces, offset: begin })
    this.#open = 0
    for (;;) {
      this.#match(BLANKS)
      if (this.#at >= this.#source.length) throw new TemplateError(`"${braces}" has no "${last}"`, this.#place(begin))
      if (this.#open <= 0 && this.#ends(last)) return
      this.#tokens.push(this.#token())
    }
  }

  #ends(last: string): boolean {
    const sign = /[-+]/.test(this.#source.charAt(this.#at)) ? 1 : 0
    if (!this.#source.startsWith(last, this.#at + sign)) return false
    this.#isTrimming = sign === 1 && this.#source.charAt(this.#at) === '-'
    this.#tokens.push({ kind: 'end', text: last, offset: this.#at })
    this.#at += sign + 2
    return true
  }

  #token(): Token {
    const offset = this.#at
    const isPath = this.#tokens.at(-1)?.text === '.' && this.#tokens.at(-1)?.kind === 'sign'
    const name = this.#match(NAME)
    if (name !== null) return { kind: 'name', text: name, offset }
    const number = this.#match(isPath ? DIGITS : NUMBER)
    if (number !== null) return { kind: 'number', text: number.replaceAll('_', ''), offset }
    const text = this.#match(TEXT)
    if (text !== null) return { kind: 'text', text: unescaped(text.slice(1, -1)), offset }
    const sign = this.#match(SIGN)
    if (sign === null) throw new TemplateError(`"${this.#character()}" means nothing here`, this.#place(offset))
    if ('([{'.includes(sign)) this.#open++
    if (')]}'.includes(sign)) this.#open--
    return { kind: 'sign', text: sign, offset }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const [found = null] = pattern.exec(this.#source) ?? []
    if (found !== null) this.#at += found.length
    return found
  }

  #character(): string {
    return String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0x20)
  }

  #place(offset: number): SourcePlace {
    return { source: this.#source, offset }
  }
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([\s\S]))/g, (whole, short, long, one) => {
    const code = short ?? long
    return code === undefined ? (ESCAPES.get(one) ?? whole) : String.fromCharCode(Number.parseInt(code, 16))
  })
}
