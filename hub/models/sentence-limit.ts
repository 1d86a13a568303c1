/** Where a sentence ends, with its quotes and brackets; a dot within a number or behind an initial is no end. */
const END = /(?<!(?:^|[\s.])\p{L})[.!?…]+["'”’)\]]*(?=\s)/gu

/** So much of a text as so many sentences are; then nobody reads on. */
export async function* sentenceLimit(text: AsyncIterable<string>, most: number): AsyncGenerator<string> {
  let given = ''
  let all = ''
  for await (const more of text) {
    all += more
    const end = [...all.matchAll(END)][most - 1]
    const until = end === undefined ? all : all.substring(0, end.index + end[0].length)
    if (until.length > given.length) yield until.substring(given.length)
    given = until
    if (end !== undefined) return
  }
}
