/** The one of these words that is meant, in whatever case it is written; `null`: none of them. */
export function oneInAnyCase(text: string, words: readonly string[]): string | null {
  const folded = text.toLocaleLowerCase('en')
  return words.find((one) => one.toLocaleLowerCase('en') === folded) ?? null
}
