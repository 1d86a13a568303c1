/** One word of a sentence, as it is compared, and where it stands in what was said. */
export interface SpokenWord {
  text: string
  from: number
  to: number
}

/** A number with its own points (`7.30`, `21,5`), letters with digits behind them (`co2`), or one of two signs. No part of it can be read twice. */
const WORD = /\p{N}+(?:[.:,]\p{N}+)*|[\p{L}\p{M}\p{N}'’ʼ`´]+|[%°]/gu

/** Nothing of it is to be folded, as most words of templates and of engines. */
const PLAIN = /^[a-z]+$/

const SPELLED: ReadonlyMap<string, string> = new Map([
  ['ä', 'ae'],
  ['ö', 'oe'],
  ['ü', 'ue'],
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['ø', 'oe'],
  ['œ', 'oe'],
  ['ł', 'l'],
])

/** The words of a sentence. Punctuation, hyphens and capitals say nothing: engines that hear write them as they like. */
export function spokenWords(said: string): SpokenWord[] {
  const words: SpokenWord[] = []
  for (const found of said.matchAll(WORD)) {
    const text = foldWord(found[0])
    if (text === '') continue
    const word = { text, from: found.index, to: found.index + found[0].length }
    const before = words.at(-1)
    // `p.m.` is one word.
    if (text === 'm' && before && (before.text === 'a' || before.text === 'p') && word.from - before.to === 1)
      words[words.length - 1] = { text: `${before.text}m`, from: before.from, to: word.to }
    else words.push(word)
  }
  return words
}

/** Whether it is one word, and folded already. */
export function isPlainWord(word: string): boolean {
  return PLAIN.test(word)
}

/** A word without capitals, accents and apostrophes; umlauts as they are spelled where there are none. */
export function foldWord(word: string): string {
  if (isPlainWord(word)) return word
  let folded = ''
  for (const letter of word.normalize('NFC').toLowerCase()) folded += SPELLED.get(letter) ?? letter
  return folded.normalize('NFKD').replaceAll(/[\p{M}'’ʼ`´]/gu, '')
}

/** Words without what is between them: `living room` and `livingroom` are one name. */
export function joinedWords(text: string): string {
  return spokenWords(text)
    .map((word) => word.text)
    .join('')
}
