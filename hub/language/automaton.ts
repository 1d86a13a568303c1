import type { SentencePart } from './template.ts'

/** One place of a template: what is said there, and what may follow. */
export interface SentencePlace {
  template: number
  part: Extract<SentencePart, { kind: 'word' | 'list' | 'rest' }>
  next: Step
  /** Whether the template may end here. */
  ends: boolean
}

/** What may be said next. */
export interface Step {
  words: Map<string, SentencePlace[]>
  lists: SentencePlace[]
  rests: SentencePlace[]
}

/** More than these nobody writes on purpose. */
const MOST_PLACES = 1_500
const MOST_LINKS = 20_000

interface Fragment {
  first: SentencePlace[]
  last: SentencePlace[]
  mayBeNothing: boolean
}

export function emptyStep(): Step {
  return { words: new Map(), lists: [], rests: [] }
}

/**
 * The places of a template, each linked to what may follow it (Glushkov's construction): no place is empty, so that a match
 * takes one step for each word and never goes back. Adds its beginnings to `start`. Throws for one that says nothing, or too much.
 */
export function addTemplate(start: Step, part: SentencePart, template: number): void {
  let places = 0
  let links = 0

  function link(from: Step, to: readonly SentencePlace[]): void {
    links += to.length
    if (links > MOST_LINKS) throw new Error('it can be said in too many ways: make several templates of it')
    for (const place of to) addPlace(from, place)
  }

  function build(one: SentencePart): Fragment {
    if (one.kind === 'maybe') return { ...build(one.part), mayBeNothing: true }
    if (one.kind === 'choice') {
      const all = one.parts.map(build)
      return {
        first: all.flatMap(({ first }) => first),
        last: all.flatMap(({ last }) => last),
        mayBeNothing: all.some(({ mayBeNothing }) => mayBeNothing),
      }
    }
    if (one.kind === 'sequence') return one.parts.map(build).reduce(follow)
    places += 1
    if (places > MOST_PLACES) throw new Error('it has too many words: make several templates of it')
    const place: SentencePlace = { template, part: one, next: emptyStep(), ends: false }
    return { first: [place], last: [place], mayBeNothing: false }
  }

  function follow(before: Fragment, after: Fragment): Fragment {
    for (const place of before.last) link(place.next, after.first)
    return {
      first: before.mayBeNothing ? [...before.first, ...after.first] : before.first,
      last: after.mayBeNothing ? [...before.last, ...after.last] : after.last,
      mayBeNothing: before.mayBeNothing && after.mayBeNothing,
    }
  }

  const whole = build(part)
  if (whole.mayBeNothing) throw new Error('everything in it may be left out')
  for (const place of whole.last) place.ends = true
  for (const place of whole.first) addPlace(start, place)
}

function addPlace(step: Step, place: SentencePlace): void {
  if (place.part.kind === 'list') step.lists.push(place)
  else if (place.part.kind === 'rest') step.rests.push(place)
  else {
    const known = step.words.get(place.part.text)
    if (known) known.push(place)
    else step.words.set(place.part.text, [place])
  }
}
