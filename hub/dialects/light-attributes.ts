import { type Colour, colourOfRgb, colourOfXy } from '../../shared/colour.ts'
import { kelvinOf } from '../../shared/colour-temperature.ts'

/** What a lamp says of its look, in Home Assistant's words, whoever it is of. */
export interface LookAttributes {
  hs_color?: readonly [hue: number, saturation: number]
  color_temp_kelvin?: number
  /** `color_temp`: its white counts, and not its colour. */
  color_mode?: string
  effect?: string
}

/** A colour as an attribute; nothing where it is none. */
export function hueOf(colour: Colour | null): LookAttributes {
  return colour === null ? {} : { hs_color: [colour.hue, colour.saturation] }
}

/** A white as an attribute, of millionths of a reciprocal kelvin. */
export function whiteOf(mired: unknown): LookAttributes {
  return typeof mired === 'number' && mired >= 1 && mired <= 10_000 ? { color_temp_kelvin: kelvinOf(mired) } : {}
}

/**
 * The colour that these say: `{h, s}` or `{hue, saturation}`, `{x, y}`, or `{r, g, b}` with whites that are mixed in; `null`: none. What
 * the device says itself is not calculated from another.
 */
export function colourIn(said: Readonly<Record<string, unknown>>): Colour | null {
  const number = (...names: string[]) => {
    const name = names.find((one) => Object.hasOwn(said, one) && typeof said[one] === 'number')
    return name === undefined ? undefined : (said[name] as number)
  }
  const [hue, saturation] = [number('h', 'hue'), number('s', 'saturation')]
  if (hue !== undefined && saturation !== undefined) return within(hue, saturation)
  const [x, y] = [number('x'), number('y')]
  if (x !== undefined && y !== undefined) return colourOfXy(x, y)
  const [red, green, blue] = [number('r'), number('g'), number('b')]
  if (red === undefined || green === undefined || blue === undefined) return null
  const white = (number('w') ?? 0) + (number('c') ?? 0)
  return colourOfRgb(red + white, green + white, blue + white)
}

function within(hue: number, saturation: number): Colour | null {
  const isOne = hue >= 0 && hue <= 360 && saturation >= 0 && saturation <= 100
  return isOne ? { hue, saturation } : null
}
