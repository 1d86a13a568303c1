import { NameList, type ReadList } from './lists.ts'
import type { SpokenWord } from './words.ts'

/** How a language says spans of time. */
export interface SpanWords {
  number: ReadList
  /** Every form of a unit, with its milliseconds. */
  units: Readonly<Record<string, number>>
  /** Spans that are said in words of their own, such as `half an hour`. */
  whole: Readonly<Record<string, number>>
  /** Between two parts, and where there may be none. */
  and: string
  /** Behind a unit: half of it more. */
  half: string
}

/** `1 hour 20 minutes and 30 seconds`. */
const MOST_PARTS = 3

interface Span {
  to: number
  ms: number
  /** The least unit so far: what follows is less. */
  unit: number
}

/** A reader of spans, each in milliseconds. */
export function spanReader({ number, units, whole, and, half }: SpanWords): ReadList {
  const unitAt = new NameList(Object.entries(units)).first
  const wholeAt = new NameList(Object.entries(whole)).first
  const halfAt = new NameList([[half, true]]).first

  /** One number and its unit, or a span that has words of its own. */
  function parts(words: readonly SpokenWord[], at: number): Span[] {
    const spans = wholeAt(words, at).map(({ to, value }) => ({ to, ms: value as number, unit: value as number }))
    for (const count of number(words, at))
      for (const { to, value } of unitAt(words, count.to)) {
        const unit = value as number
        const ms = (count.value as number) * unit
        spans.push({ to, ms, unit })
        for (const more of halfAt(words, to)) spans.push({ to: more.to, ms: ms + unit / 2, unit })
      }
    return spans
  }

  return (words, at) => {
    const all = parts(words, at)
    let last = all
    for (let more = 1; more < MOST_PARTS && last.length > 0; more++) {
      last = last.flatMap((before) => {
        const next = words[before.to]?.text === and ? before.to + 1 : before.to
        return parts(words, next)
          .filter(({ unit }) => unit < before.unit)
          .map(({ to, ms, unit }) => ({ to, ms: before.ms + ms, unit }))
      })
      all.push(...last)
    }
    return all.filter(({ ms }) => ms > 0).map(({ to, ms }) => ({ to, value: Math.round(ms) }))
  }
}
