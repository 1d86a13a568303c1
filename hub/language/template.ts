import { isPlainWord, spokenWords } from './words.ts'

/** What a template says, as it was read. */
export type SentencePart =
  | { kind: 'word'; text: string }
  /** One value of a list, kept under the name of its slot. */
  | { kind: 'list'; list: string; slot: string }
  /** Any words, at least one. */
  | { kind: 'rest'; slot: string }
  | { kind: 'sequence'; parts: readonly SentencePart[] }
  | { kind: 'choice'; parts: readonly SentencePart[] }
  | { kind: 'maybe'; part: SentencePart }

/** A template that cannot be read: which, where in it, and what to write instead. */
export class SentenceError extends Error {
  constructor(template: string, at: number, wrong: string) {
    super(`the template "${template}" at ${at + 1}: ${wrong}`)
    this.name = 'SentenceError'
  }
}

/** Longer ones, and deeper ones, nobody writes who wants to read them again. */
const MOST_LETTERS = 2_000
const MOST_DEPTH = 12
/** Spellings of one word such as `turn[s|ed]`. */
const MOST_SPELLINGS = 64

const NAME = /^[a-z][a-z_]*$/

/**
 * Reads a template: `(a|b)` is one of them, `[a]` may be left out, `{list}` or `{list:slot}` is a value of a list, `{*:slot}` is any
 * words, `<rule>` is what the rule says. What is written without a space is one word: `light[s]`. Throws `SentenceError`.
 */
export function readTemplate(template: string, rules: RuleBook): SentencePart {
  return new TemplateReader(template, rules, []).read()
}

/** What `<name>` stands for, each rule read once, when the first template says it. */
export class RuleBook {
  readonly #rules: Readonly<Record<string, string>>
  readonly #read = new Map<string, SentencePart>()

  constructor(rules: Readonly<Record<string, string>>) {
    this.#rules = rules
  }

  text(name: string): string | undefined {
    return Object.hasOwn(this.#rules, name) ? this.#rules[name] : undefined
  }

  /** As `read` reads it, if it was never read before. */
  part(name: string, read: () => SentencePart): SentencePart {
    const part = this.#read.get(name) ?? read()
    this.#read.set(name, part)
    return part
  }
}

class TemplateReader {
  readonly #text: string
  readonly #rules: RuleBook
  /** Rules that are being read, from the outermost. */
  readonly #within: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: string, rules: RuleBook, within: readonly string[]) {
    this.#text = text
    this.#rules = rules
    this.#within = within
  }

  read(): SentencePart {
    if (this.#text.length > MOST_LETTERS) throw this.#wrong(`it is longer than ${MOST_LETTERS} letters`)
    const part = this.#choice('')
    if (this.#at < this.#text.length) throw this.#wrong(`"${this.#text[this.#at]}" closes nothing`)
    return part
  }

  /** Up to the sign that ends it. */
  #choice(end: string): SentencePart {
    this.#depth += 1
    if (this.#depth > MOST_DEPTH) throw this.#wrong(`more than ${MOST_DEPTH} brackets within each other`)
    const parts = [this.#sequence()]
    while (this.#text[this.#at] === '|') {
      this.#at += 1
      parts.push(this.#sequence())
    }
    if (end !== '') this.#expect(end)
    this.#depth -= 1
    return one('choice', parts)
  }

  #sequence(): SentencePart {
    const parts: SentencePart[] = []
    let glued: SentencePart[] = []
    const close = () => {
      const [only] = glued
      if (only) parts.push(glued.length === 1 ? only : this.#oneWord(glued))
      glued = []
    }
    for (;;) {
      const sign = this.#text[this.#at]
      if (sign === undefined || ')]|>}'.includes(sign)) break
      if (/\s/.test(sign)) {
        close()
        this.#at += 1
      } else glued.push(this.#item(sign))
    }
    close()
    if (parts.length === 0) throw this.#wrong('nothing stands here')
    return one('sequence', parts)
  }

  #item(sign: string): SentencePart {
    if (!'([{<'.includes(sign)) return this.#words()
    this.#at += 1
    if (sign === '(') return this.#choice(')')
    if (sign === '[') return { kind: 'maybe', part: this.#choice(']') }
    return sign === '{' ? this.#list() : this.#rule()
  }

  #words(): SentencePart {
    const from = this.#at
    while (this.#at < this.#text.length && !/[\s()[\]{}<>|]/.test(this.#text[this.#at] ?? '')) this.#at += 1
    const word = this.#text.slice(from, this.#at)
    if (isPlainWord(word)) return { kind: 'word', text: word }
    const words = spokenWords(word)
    if (words.length === 0) throw this.#wrong('no word stands here', from)
    return one(
      'sequence',
      words.map(({ text }) => ({ kind: 'word', text })),
    )
  }

  #list(): SentencePart {
    const [list = '', slot = list] = this.#until('}').split(':')
    if (list === '*' && NAME.test(slot)) return { kind: 'rest', slot }
    if (!NAME.test(list) || !NAME.test(slot))
      throw this.#wrong('a list is {name}, {name:slot} or {*:slot}, of a-z and _', this.#at - 1)
    return { kind: 'list', list, slot }
  }

  #rule(): SentencePart {
    const name = this.#until('>')
    const text = this.#rules.text(name)
    if (text === undefined) throw this.#wrong(`there is no rule <${name}>`, this.#at - 1)
    const within = [...this.#within, name]
    if (this.#within.includes(name)) throw this.#wrong(`the rule needs itself: ${within.join(' → ')}`, this.#at - 1)
    return this.#rules.part(name, () => new TemplateReader(text, this.#rules, within).read())
  }

  #until(end: string): string {
    const from = this.#at
    const found = this.#text.indexOf(end, from)
    if (found < 0) throw this.#wrong(`"${end}" is missing`)
    this.#at = found + 1
    return this.#text.slice(from, found)
  }

  #oneWord(parts: readonly SentencePart[]): SentencePart {
    let spellings = ['']
    for (const part of parts) {
      const ends = spellingsOf(part)
      if (ends === null)
        throw this.#wrong('only letters, (a|b) and [a] make one word: leave a space before lists and rules')
      spellings = spellings.flatMap((begin) => ends.map((end) => begin + end))
      if (spellings.length > MOST_SPELLINGS) throw this.#wrong(`one word in more than ${MOST_SPELLINGS} spellings`)
    }
    return one(
      'choice',
      spellings.map((text) => ({ kind: 'word', text })),
    )
  }

  #expect(sign: string): void {
    if (this.#text[this.#at] !== sign) throw this.#wrong(`"${sign}" is missing`)
    this.#at += 1
  }

  #wrong(what: string, at = this.#at): SentenceError {
    return new SentenceError(this.#text, at, what)
  }
}

function one(kind: 'sequence' | 'choice', parts: SentencePart[]): SentencePart {
  const [only] = parts
  return only && parts.length === 1 ? only : { kind, parts }
}

/** Every spelling of a part of one word; `null`: it is more than that. */
function spellingsOf(part: SentencePart): string[] | null {
  if (part.kind === 'word') return [part.text]
  if (part.kind === 'choice') {
    const all = part.parts.map(spellingsOf)
    return all.includes(null) ? null : all.flatMap((spellings) => spellings ?? [])
  }
  if (part.kind !== 'maybe') return null
  const inner = spellingsOf(part.part)
  return inner === null ? null : ['', ...inner]
}
