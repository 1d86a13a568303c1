/** The first clause may be short: somebody waits for it. */
const FIRST = 12
/** Later ones end at a comma only when they are long enough to sound natural by themselves. */
const LATER = 40
/** A clause without any mark is cut at a space. */
const LONGEST = 220

/** The end of a sentence, with its quotes and brackets; a dot within a number or behind an initial is none. */
const SENTENCE = /(?<!(?:^|[\s.])\p{L})[.!?…]+["'”’)\]]*(?=\s)|\n+/gu
/** SpeakerPlace one may breathe. */
const BREATH = /[,;:–—](?=\s)/gu

/**
 * Cuts a text that is still being written into pieces that can be spoken by themselves, as soon as each is there. Joined by a space
 * they are the text.
 */
export async function* clauses(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = ''
  let isFirst = true
  for await (const more of text) {
    rest += more
    for (let at = cutAt(rest, isFirst); at !== null; at = cutAt(rest, isFirst)) {
      const clause = rest.substring(0, at).trim()
      rest = rest.substring(at)
      if (clause === '') continue
      isFirst = false
      yield clause
    }
  }
  if (rest.trim() !== '') yield rest.trim()
}

/** How many characters the first clause has; `null`: its end is not there yet. */
function cutAt(text: string, isFirst: boolean): number | null {
  const sentence = endOf(SENTENCE, text, 1)
  const breath = endOf(BREATH, text, isFirst ? FIRST : LATER)
  if (sentence !== null || breath !== null) return Math.min(sentence ?? text.length, breath ?? text.length)
  if (text.length <= LONGEST) return null
  const space = text.lastIndexOf(' ', LONGEST)
  return space > 0 ? space : LONGEST
}

/** Behind the first mark that is at least so far in. */
function endOf(mark: RegExp, text: string, least: number): number | null {
  for (const { index, 0: found } of text.matchAll(mark)) if (index + found.length >= least) return index + found.length
  return null
}
