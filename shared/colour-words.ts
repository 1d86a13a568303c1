import { type Colour, colourDistance, colourOfRgb, rgbOf } from './colour.ts'

/** Colours as people call them, at their brightest. */
const NAMES: ReadonlyMap<string, Colour> = new Map(
  (
    [
      ['red', 0, 100],
      ['orange', 30, 100],
      ['amber', 45, 100],
      ['yellow', 60, 100],
      ['lime', 90, 100],
      ['green', 120, 100],
      ['mint', 150, 60],
      ['turquoise', 174, 72],
      ['cyan', 180, 100],
      ['sky blue', 200, 60],
      ['azure', 210, 100],
      ['blue', 240, 100],
      ['violet', 270, 100],
      ['purple', 285, 100],
      ['lavender', 255, 40],
      ['magenta', 300, 100],
      ['pink', 330, 60],
      ['rose', 340, 100],
      ['salmon', 10, 55],
      ['white', 0, 0],
    ] as const
  ).map(([name, hue, saturation]) => [name, { hue, saturation }]),
)

/** So near to a name that people would call it so. */
const CALLED_SO = 8

/** How a person may write one, for hints. */
export const COLOUR_EXAMPLES = 'red, "#ff8800"'

/** The colour that a person means by a name, `#ff8800`, `#f80`, `255,136,0` or `hs(32, 100)`; `null`: by this none. Black is no light. */
export function readColour(text: string): Colour | null {
  const word = text.trim().toLowerCase()
  const named = NAMES.get(word.replaceAll(/[\s_-]+/g, ' '))
  if (named !== undefined) return named
  const rgb = hexIn(word) ?? threeIn(word)
  return rgb === null ? hueIn(word) : colourOfRgb(...rgb)
}

/** A colour as people call it, and where it has no name as `#ff8800`. */
export function colourWords(colour: Colour): string {
  const near = [...NAMES].map(([name, known]) => ({ name, distance: colourDistance(known, colour) }))
  const nearest = near.sort((a, b) => a.distance - b.distance)[0]
  if (nearest !== undefined && nearest.distance <= CALLED_SO) return nearest.name
  return `#${rgbOf(colour)
    .map((one) => one.toString(16).padStart(2, '0'))
    .join('')}`
}

/** In a shell `#` begins a comment, so it may be left out; digits alone are a number. */
function hexIn(word: string): [number, number, number] | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/.exec(word)?.[1] ?? /^(?=.*[a-f])([\da-f]{6})$/.exec(word)?.[1]
  if (digits === undefined) return null
  const whole = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits
  const number = Number.parseInt(whole, 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}

/** As Home Assistant is asked to write it: degrees and percent. */
function hueIn(word: string): Colour | null {
  const [, ...parts] = /^hs\(\s*(\d{1,3}(?:\.\d+)?)\s*,\s*(\d{1,3}(?:\.\d+)?)\s*\)$/.exec(word) ?? []
  const [hue = 361, saturation = 101] = parts.map(Number)
  return hue > 360 || saturation > 100 ? null : { hue, saturation }
}

function threeIn(word: string): [number, number, number] | null {
  const [, ...parts] = /^(?:rgb)?\(?\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)?$/.exec(word) ?? []
  const [red = 256, green = 256, blue = 256] = parts.map(Number)
  return Math.max(red, green, blue) > 255 ? null : [red, green, blue]
}
