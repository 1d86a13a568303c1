import type { ListValue, ReadList } from './lists.ts'
import { NameList } from './lists.ts'
import type { SpokenWord } from './words.ts'

/** How a language says numbers. */
export interface NumberWords {
  /** Whole numbers up to 999 in every way in which they are said, and such as `two and a half`. */
  names: Iterable<readonly [name: string, value: number]>
  /** Between a whole number and its decimals. */
  point: string
  /** Before a number below zero. */
  minus: string
  /** The signs of decimals in digits: in `21,5` or `21.5`. Any other sign between digits makes a time of it. */
  decimals: RegExp
}

/** More decimals nobody says. */
const MOST_DECIMALS = 3

/** A reader of numbers in digits and in words, each a `number`. */
export function numberReader({ names, point, minus, decimals }: NumberWords): ReadList {
  const named = new NameList(names).first
  const number: ReadList = (words, at) => {
    const word = words[at]
    if (word === undefined) return []
    if (/^\p{N}/u.test(word.text)) {
      const value = decimals.test(word.text) ? Number(word.text.replace(',', '.')) : Number.NaN
      return Number.isFinite(value) ? [...withPoint({ to: at + 1, value }, words)] : []
    }
    return named(words, at).flatMap((found) => [...withPoint(found, words)])
  }

  /** The number itself, and with the decimals that are said behind it, digit by digit. */
  function* withPoint(whole: ListValue, words: readonly SpokenWord[]): Generator<ListValue> {
    yield whole
    if (words[whole.to]?.text !== point || !Number.isInteger(whole.value)) return
    let digits = ''
    for (let at = whole.to + 1; digits.length < MOST_DECIMALS; at++) {
      const digit = numberAt(words, at)
      if (digit === null) return
      digits += digit
      yield { to: at + 1, value: Number(`${whole.value}.${digits}`) }
    }
  }

  /** One digit of decimals. */
  function numberAt(words: readonly SpokenWord[], at: number): string | null {
    const word = words[at]
    if (word === undefined) return null
    if (/^\p{N}+$/u.test(word.text)) return word.text
    const value = named(words, at).find(({ to }) => to === at + 1)?.value
    return typeof value === 'number' && Number.isInteger(value) && value < 10 ? String(value) : null
  }

  return (words, at) =>
    words[at]?.text === minus
      ? number(words, at + 1).map(({ to, value }) => ({ to, value: -(value as number) }))
      : number(words, at)
}
