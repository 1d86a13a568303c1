import type { SentencePart } from './template.ts'

/** Where somebody is within a template: what may be said next, and whether that was all. */
export interface SentencePlace {
  template: number
  next: Step
  /** Whether the template may end here. */
  ends: boolean
  /** Words that have no end of their own were said last, and more of them may follow, for this slot; `null`: others were. */
  rest: string | null
}

/** A word, or one of those of a rule, and where it leads. Those of a rule are kept once, however many templates say it. */
interface WordLink {
  said: string | ReadonlySet<string>
  to: SentencePlace
}

/** What may be said next, and where it leads. There are thousands, and most have few ways on. */
export interface Step {
  words: WordLink[]
  lists: { list: string; slot: string; to: SentencePlace }[]
  rests: { slot: string; to: SentencePlace }[]
}

/** Where every template begins: its words are looked up, and not gone through. */
export interface StartStep extends Step {
  places: Map<string | ReadonlySet<string>, SentencePlace[]>
}

/** More than these nobody writes on purpose. */
const MOST_PLACES = 500
const MOST_LINKS = 5_000
/** So few words are entered one by one. */
const FEW_WORDS = 3

export function startStep(): StartStep {
  return { places: new Map(), ...emptyStep() }
}

function emptyStep(): Step {
  return { words: [], lists: [], rests: [] }
}

/** Where a word leads from a step. */
export function* placesBehind(step: Step | StartStep, word: string): Generator<SentencePlace> {
  for (const { said, to } of step.words) if (typeof said === 'string' ? said === word : said.has(word)) yield to
  if (!('places' in step)) return
  yield* step.places.get(word) ?? []
  for (const [said, places] of step.places) if (typeof said !== 'string' && said.has(word)) yield* places
}

/**
 * Enters templates into one step, each from its end: a place is made for what follows a part, and everything that the part may begin
 * with leads there. So no place is empty, a match takes one step for each word and never goes back, and what a template costs are its
 * parts and not the ways in which it can be said.
 */
export class TemplateEntry {
  readonly #start: StartStep
  readonly #empty = new Map<SentencePart, boolean>()
  readonly #words = new Map<SentencePart, ReadonlySet<string>>()
  #places = 0
  #links = 0

  constructor(start: StartStep) {
    this.#start = start
  }

  /** Throws for one that says nothing, or too much. */
  add(part: SentencePart, template: number): void {
    this.#places = 0
    this.#links = 0
    if (this.#mayBeNothing(part)) throw new Error('everything in it may be left out')
    this.#enter(this.#start, part, this.#place({ template, next: emptyStep(), ends: true, rest: null }))
  }

  /** Whatever the part may begin with is said next in `step`; behind the part is `after`. */
  #enter(step: Step, part: SentencePart, after: SentencePlace): void {
    if (part.kind === 'word') this.#link(step, part.text, after)
    else if (part.kind === 'maybe') this.#enter(step, part.part, after)
    else if (part.kind === 'choice') this.#enterChoice(step, part, after)
    else if (part.kind === 'sequence') this.#enterSequence(step, part.parts, after)
    else {
      this.#count()
      if (part.kind === 'list') step.lists.push({ list: part.list, slot: part.slot, to: after })
      else step.rests.push({ slot: part.slot, to: this.#place({ ...after, rest: part.slot }) })
    }
  }

  #enterChoice(step: Step, part: Extract<SentencePart, { kind: 'choice' }>, after: SentencePlace): void {
    const words = this.#wordsOf(part)
    if (words.size > FEW_WORDS) this.#link(step, words, after)
    else for (const word of words) this.#link(step, word, after)
    for (const one of part.parts) if (!isWords(one)) this.#enter(step, one, after)
  }

  #enterSequence(step: Step, parts: readonly SentencePart[], after: SentencePlace): void {
    let behind = after
    for (let at = parts.length - 1; at >= 0; at--) {
      const part = parts[at] as SentencePart
      const before =
        at === 0 ? null : this.#place({ template: after.template, next: emptyStep(), ends: false, rest: null })
      const next = before?.next ?? step
      this.#enter(next, part, behind)
      if (this.#mayBeNothing(part)) {
        this.#addAll(next, behind.next)
        if (before && behind.ends) before.ends = true
      }
      if (before) behind = before
    }
  }

  /** What may be said in `from` may be said in `to`, too. */
  #addAll(to: Step, from: Step): void {
    for (const { said, to: place } of from.words) this.#link(to, said, place)
    this.#count(from.lists.length + from.rests.length)
    to.lists.push(...from.lists)
    to.rests.push(...from.rests)
  }

  #link(step: Step, said: string | ReadonlySet<string>, to: SentencePlace): void {
    this.#count()
    if (step !== this.#start) {
      step.words.push({ said, to })
      return
    }
    const known = this.#start.places.get(said)
    if (known === undefined) this.#start.places.set(said, [to])
    else if (known.at(-1) !== to) known.push(to)
  }

  #count(links = 1): void {
    this.#links += links
    if (this.#links > MOST_LINKS) throw new Error('it can be said in too many ways: make several templates of it')
  }

  #place(place: SentencePlace): SentencePlace {
    this.#places += 1
    if (this.#places > MOST_PLACES) throw new Error('it has too many words: make several templates of it')
    return place
  }

  #mayBeNothing(part: SentencePart): boolean {
    if (part.kind === 'maybe') return true
    if (part.kind !== 'choice' && part.kind !== 'sequence') return false
    const known = this.#empty.get(part)
    if (known !== undefined) return known
    const isEmpty =
      part.kind === 'choice'
        ? part.parts.some((one) => this.#mayBeNothing(one))
        : part.parts.every((one) => this.#mayBeNothing(one))
    this.#empty.set(part, isEmpty)
    return isEmpty
  }

  #wordsOf(part: Extract<SentencePart, { kind: 'choice' }>): ReadonlySet<string> {
    const known = this.#words.get(part)
    if (known) return known
    const words = new Set<string>()
    for (const one of part.parts)
      if (one.kind === 'word') words.add(one.text)
      else if (one.kind === 'choice' && isWords(one)) for (const word of this.#wordsOf(one)) words.add(word)
    this.#words.set(part, words)
    return words
  }
}

/** Whether it is one word, however it is spelled. */
function isWords(part: SentencePart): boolean {
  return part.kind === 'word' || (part.kind === 'choice' && part.parts.every((one) => one.kind === 'word'))
}
