/** Signs by which models set what they write, and that nobody can hear. */
const MARKS = /[*_`#~|>\\]+|\p{Extended_Pictographic}\uFE0F?/gu
const LINK = /\[([^\]]*)\]\([^)]*\)/g
/** Its end, or that of brackets that are none. */
const LINK_OVER = /\](?:\([^)]*\)|[^(])/
const ADDRESS = /\bhttps?:\/\/\S+/g
const BULLET = /(^|\n)\s*(?:[-•]|\d+[.)])\s+/g
const THOUGHT = { begin: '<think>', end: '</think>' } as const
/** A thought, a link or a word that does not end is let go after so many characters. */
const HELD = 2_000

/** What of a text that is still being written can be spoken, as soon as it is certain: without thoughts, signs and addresses. */
export async function* speakable(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  let isThought = false
  for await (const more of text) {
    rest += more
    for (;;) {
      const mark = isThought ? THOUGHT.end : THOUGHT.begin
      const at = rest.indexOf(mark)
      if (at < 0) break
      if (!isThought) yield* spoken(rest.substring(0, at))
      rest = rest.substring(at + mark.length)
      isThought = !isThought
    }
    if (isThought) {
      // Only what may be the beginning of its end is kept.
      rest = rest.slice(-THOUGHT.end.length)
      continue
    }
    const certain = certainTo(rest)
    yield* spoken(rest.substring(0, certain))
    rest = rest.substring(certain)
  }
  if (!isThought) yield* spoken(rest)
}

/** Up to where nothing that comes can change what is meant: whole words, and no link that is still open. */
function certainTo(text: string): number {
  if (text.length > HELD) return text.length
  const word = text.search(/\s\S*$/)
  if (word < 0) return 0
  const open = text.lastIndexOf('[', word)
  return open >= 0 && !LINK_OVER.test(text.substring(open, word + 1)) ? open : word + 1
}

function* spoken(text: string): Generator<string> {
  const heard = text.replace(LINK, '$1').replace(ADDRESS, '').replace(BULLET, '$1').replace(MARKS, '')
  if (heard !== '') yield heard
}
