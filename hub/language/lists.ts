import { joinedWords, type SpokenWord } from './words.ts'

/** A value of a list that begins at some word, and where the words behind it begin. */
export interface ListValue {
  to: number
  value: unknown
}

/** Finds every value of a list that begins at a word. */
export type ReadList = (words: readonly SpokenWord[], at: number) => readonly ListValue[]

export type NameEntry = readonly [name: string, value: unknown]

/** Words of one name; the others are looked for in what people write and hear as several. */
const MOST_WORDS = 8
const NOTHING: readonly ListValue[] = []

/**
 * A list of names, each with everything that is called so, in order. A name is found however its words are joined: `bed room`,
 * `bedroom`, `Bed-Room`. One look for each word costs the same whether there are ten names or ten thousand.
 */
export class NameList {
  readonly #named = new Map<string, unknown[]>()
  #longest = 0

  /** `others`: names that count only where nothing is really called so. */
  constructor(entries: Iterable<NameEntry>, others: Iterable<NameEntry> = []) {
    for (const [name, value] of entries) this.#add(this.#named, name, value)
    const more = new Map<string, unknown[]>()
    for (const [name, value] of others) if (!this.#named.has(joinedWords(name))) this.#add(more, name, value)
    for (const [key, values] of more) this.#named.set(key, values)
  }

  #add(named: Map<string, unknown[]>, name: string, value: unknown): void {
    const key = joinedWords(name)
    if (key === '') return
    this.#longest = Math.max(this.#longest, key.length)
    const known = named.get(key)
    if (known) known.push(value)
    else named.set(key, [value])
  }

  /** Everything of each name that begins here. */
  readonly all: ReadList = (words, at) => this.#look(words, at, (values) => values)

  /** The first of each name that begins here. */
  readonly first: ReadList = (words, at) => this.#look(words, at, ([value]) => value)

  #look(words: readonly SpokenWord[], at: number, pick: (values: unknown[]) => unknown): readonly ListValue[] {
    let found: ListValue[] | null = null
    let key = ''
    for (let to = at; to < words.length && to < at + MOST_WORDS; to++) {
      key += words[to]?.text ?? ''
      if (key.length > this.#longest) break
      const values = this.#named.get(key)
      if (values) found = [...(found ?? []), { to: to + 1, value: pick(values) }]
    }
    return found ?? NOTHING
  }
}

/** A list of fixed words: each name with its value. */
export function wordList(entries: Readonly<Record<string, unknown>>): ReadList {
  return new NameList(Object.entries(entries)).first
}
