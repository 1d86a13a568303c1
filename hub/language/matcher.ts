import { placesBehind, type SentencePlace, type Step, startStep, TemplateEntry } from './automaton.ts'
import type { ListValue, ReadList } from './lists.ts'
import { RuleBook, readTemplate, SentenceError, type SentencePart } from './template.ts'
import { type SpokenWord, spokenWords } from './words.ts'

/** What a language says of its sentences. */
export interface Grammar {
  /** Templates by what they mean. */
  sentences: Readonly<Record<string, readonly string[]>>
  /** What `<name>` in a template stands for. */
  rules: Readonly<Record<string, string>>
  /** Words that say nothing and may stand anywhere. */
  fillers: readonly string[]
  /** Words that others are joined to in front: `nudeltimer` is heard as `nudel timer`. */
  endings?: readonly string[]
}

/** What was heard for a slot. */
export interface HeardSlot {
  value: unknown
  /** In the words of whoever spoke. */
  heard: string
}

export interface Match {
  intent: string
  slots: Readonly<Record<string, HeardSlot>>
  /** Higher: more of the sentence is what the template itself says. */
  score: number
}

/** What may be said in one breath; longer ones are not for this. */
const MOST_LETTERS = 1_000
const MOST_WORDS = 60
/** Ways through the templates that are followed, over all words of a sentence. */
const MOST_WAYS = 40_000

/** What a word is worth that the template says, and that is passed over. Words of `{*}` are worth nothing. */
const WORTH = { said: 3, filler: 1 } as const

/** A name of several words is worth as much as if the template said it: `kitchen lamp` rather than a lamp in the kitchen. */
function listedWorth(words: number): number {
  return words === 1 ? 2.5 : 3 * words
}

interface Slot {
  name: string
  value: unknown
  from: number
  to: number
  before: Slot | null
}

interface Way {
  place: SentencePlace | null
  score: number
  slots: Slot | null
}

/** What is not compiled yet, and what is known from what was. */
interface Uncompiled {
  /** From the last. */
  intents: (readonly [intent: string, templates: readonly string[]])[]
  rules: RuleBook
  entry: TemplateEntry
  looked: Set<SentencePart>
}

/**
 * Sentences of one language, compiled once: at the first of them, or in steps before. A sentence is matched word by word against all
 * templates at the same time; of two ways to one place the better one is followed. So the time grows with the words and not with what
 * they could mean.
 */
export class Matcher {
  readonly #start = startStep()
  readonly #intents: string[] = []
  readonly #fillers: ReadonlySet<string>
  readonly #endings: readonly string[]
  /** `null` as soon as everything is compiled: what was read of templates is larger than what came of it. */
  #left: Uncompiled | null
  /** Words that templates say and that have one of the endings: none of them is two. */
  readonly #whole = new Set<string>()

  constructor({ sentences, rules, fillers, endings = [] }: Grammar) {
    this.#endings = endings
    this.#fillers = new Set(fillers.flatMap((filler) => spokenWords(filler).map(({ text }) => text)))
    this.#left = {
      intents: Object.entries(sentences).reverse(),
      ...{ rules: new RuleBook(rules), entry: new TemplateEntry(this.#start), looked: new Set() },
    }
  }

  /** Compiles so many more intents, by default all; whether that was all. May be called again. Throws `SentenceError`. */
  compile(most = Number.POSITIVE_INFINITY): boolean {
    for (let more = most; more > 0 && this.#left !== null; more--) {
      const [intent, templates] = this.#left.intents.pop() ?? ['', []]
      for (const template of templates) this.#add(this.#left, intent, template)
      if (this.#left.intents.length === 0) this.#left = null
    }
    return this.#left === null
  }

  get templates(): number {
    this.compile()
    return this.#intents.length
  }

  #add({ rules, entry, looked }: Uncompiled, intent: string, template: string): void {
    const part = readTemplate(template, rules)
    if (this.#endings.length > 0) this.#keepWhole(part, looked)
    try {
      entry.add(part, this.#intents.length)
    } catch (error) {
      throw new SentenceError(template, 0, error instanceof Error ? error.message : String(error))
    }
    this.#intents.push(intent)
  }

  #keepWhole(part: SentencePart, looked: Set<SentencePart>): void {
    if (part.kind === 'maybe') this.#keepWhole(part.part, looked)
    else if (part.kind === 'word') {
      if (this.#endings.some((ending) => part.text.endsWith(ending))) this.#whole.add(part.text)
    } else if (part.kind === 'choice' || part.kind === 'sequence') {
      if (looked.has(part)) return
      looked.add(part)
      for (const one of part.parts) this.#keepWhole(one, looked)
    }
  }

  /** What the sentence may mean, the best first, each intent once. `lists`: the values of every `{list}`; one that is missing has none. */
  match(said: string, lists: ReadonlyMap<string, ReadList>): Match[] {
    if (said.length > MOST_LETTERS) return []
    this.compile()
    const words = spokenWords(said).flatMap((word) => this.#parted(word))
    if (words.length === 0 || words.length > MOST_WORDS) return []
    const walk = new Walk(words, lists, this.#fillers)
    const ends = walk.from(this.#start)
    const best = new Map<string, Way>()
    for (const way of ends) {
      const intent = this.#intents[way.place?.template ?? -1] ?? ''
      const known = best.get(intent)
      if (!known || isBetter(way, known)) best.set(intent, way)
    }
    return [...best]
      .sort(([, one], [, other]) => (isBetter(one, other) ? -1 : 1))
      .map(([intent, way]) => ({ intent, score: way.score, slots: slotsOf(way, said, words) }))
  }

  /** One word, or the two that it is made of. */
  #parted(word: SpokenWord): SpokenWord[] {
    const { text, from, to } = word
    const ending = this.#endings.find((one) => text.endsWith(one) && text.length > one.length + 2)
    // Where a letter is written as two there is no telling where the first word ends.
    if (ending === undefined || to - from !== text.length || this.#whole.has(text)) return [word]
    const at = to - ending.length
    return [
      { text: text.slice(0, -ending.length), from, to: at },
      { text: ending, from: at, to },
    ]
  }
}

class Walk {
  readonly #words: readonly SpokenWord[]
  readonly #lists: ReadonlyMap<string, ReadList>
  readonly #fillers: ReadonlySet<string>
  /** Before each word, and behind the last: the best way to each place. */
  readonly #ways: Map<SentencePlace | null, Way>[]
  readonly #found = new Map<string, readonly ListValue[]>()
  #foundAt = -1
  #left = MOST_WAYS

  constructor(words: readonly SpokenWord[], lists: ReadonlyMap<string, ReadList>, fillers: ReadonlySet<string>) {
    this.#words = words
    this.#lists = lists
    this.#fillers = fillers
    this.#ways = Array.from({ length: words.length + 1 }, () => new Map())
  }

  /** The ways on which a template ends with the last word. */
  from(start: Step): Way[] {
    this.#put(0, { place: null, score: 0, slots: null })
    for (const [at, word] of this.#words.entries())
      for (const way of this.#ways[at]?.values() ?? []) {
        if (this.#left <= 0) return []
        this.#step(way, way.place?.next ?? start, { at, word: word.text })
      }
    return [...(this.#ways.at(-1)?.values() ?? [])].filter(({ place }) => place?.ends === true)
  }

  #step(way: Way, step: Step, { at, word }: { at: number; word: string }): void {
    const { score, slots, place } = way
    if (this.#fillers.has(word)) this.#put(at + 1, { ...way, score: score + WORTH.filler })
    for (const next of placesBehind(step, word)) this.#put(at + 1, { place: next, score: score + WORTH.said, slots })
    for (const { list, slot, to: next } of step.lists)
      for (const { to, value } of this.#values(list, at)) {
        const taken = { name: slot, value, from: at, to, before: slots }
        this.#put(to, { place: next, score: score + listedWorth(to - at), slots: taken })
      }
    for (const { slot, to: next } of step.rests)
      this.#put(at + 1, { place: next, score, slots: { name: slot, value: null, from: at, to: at + 1, before: slots } })
    if (place !== null && place.rest !== null && slots) this.#put(at + 1, { ...way, slots: { ...slots, to: at + 1 } })
  }

  #put(at: number, way: Way): void {
    this.#left -= 1
    const ways = this.#ways[at]
    const known = ways?.get(way.place)
    if (!known || isBetter(way, known)) ways?.set(way.place, way)
  }

  /** Asked once for each list and word, however many templates have it there. */
  #values(list: string, at: number): readonly ListValue[] {
    if (this.#foundAt !== at) {
      this.#found.clear()
      this.#foundAt = at
    }
    const known = this.#found.get(list)
    if (known) return known
    const found = this.#lists.get(list)?.(this.#words, at) ?? []
    this.#found.set(list, found)
    return found
  }
}

/** Of two ways of one worth the one whose template stands first. */
function isBetter(one: Way, other: Way): boolean {
  if (one.score !== other.score) return one.score > other.score
  return (one.place?.template ?? 0) < (other.place?.template ?? 0)
}

function slotsOf(way: Way, said: string, words: readonly SpokenWord[]): Record<string, HeardSlot> {
  const slots: Record<string, HeardSlot> = {}
  for (let slot = way.slots; slot !== null; slot = slot.before) {
    const heard = said.slice(words[slot.from]?.from ?? 0, words[slot.to - 1]?.to ?? 0)
    slots[slot.name] = { value: slot.value ?? heard, heard }
  }
  return slots
}
