import stringWidth from 'string-width'

const PLAIN = /^[\x20-\x7e]*$/
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many columns of a terminal a text takes: two for what East Asian scripts and emoji take. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text)
}

/** The text in at most so many columns, its end replaced by `…`, never cut within a character. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let taken = 0
  for (const { segment } of GRAPHEMES.segment(text)) {
    const next = widthOf(segment)
    if (taken + next > width - 1) break
    kept += segment
    taken += next
  }
  return `${kept}…`
}

/** The text with spaces behind it, or before it with `right`, as wide as asked. */
export function padded(text: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? space + text : text + space
}

/** The text in lines of at most so many columns, parted at spaces; a longer word stays whole, because people copy it. */
export function wrapped(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Columns of a terminal; `null`: it is none, or does not say, which is told as 0. */
export function columnsOf({ columns }: { columns?: number }): number | null {
  return columns === undefined || columns <= 0 ? null : columns
}
