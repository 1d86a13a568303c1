const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
])

const SPAN = /^(?:\d+(?:\.\d+)?\s*(?:min|s|m|h|d|w)\s*)+$/

/** A span of time as a person writes it, `90s`, `10min`, `1h 30m`, in milliseconds. `null` when the text is none. */
export function readSpan(text: string): number | null {
  const words = text.trim().toLowerCase()
  if (!SPAN.test(words)) return null
  let ms = 0
  for (const [, number = '', unit = ''] of words.matchAll(/(\d+(?:\.\d+)?)\s*(min|s|m|h|d|w)/g))
    ms += Number(number) * (UNITS.get(unit) ?? 0)
  return ms
}
