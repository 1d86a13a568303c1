const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * The text itself when it has at most `max` UTF-16 units (what a schema's `max` counts), else its beginning: the longest
 * that ends between two characters as a person sees them, so that no emoji, accent or surrogate pair is cut in two.
 * A single character longer than `max` is cut between its code points.
 */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  const end = GRAPHEMES.segment(text).containing(max)?.index ?? 0
  return text.slice(0, end > 0 ? end : betweenCodePoints(text, max))
}

/** The end of a text that goes on: at most its last `max` UTF-16 units, and no half of a character at its beginning. */
export function endOfText(text: string, max: number): string {
  return text.slice(-max).replace(/^[\udc00-\udfff]/, '')
}

function betweenCodePoints(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1)
  return unit >= 0xd800 && unit <= 0xdbff ? at - 1 : at
}
