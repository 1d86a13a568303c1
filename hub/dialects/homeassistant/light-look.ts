import { type Colour, rgbOf, xyOf } from '../../../shared/colour.ts'
import { kelvinOf, miredOf } from '../../../shared/colour-temperature.ts'
import type { EntityOrder, OrderRange } from '../../../shared/entity-order.ts'
import { colourIn, type LookAttributes, whiteOf } from '../light-attributes.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { NotConnectable } from './not-connectable.ts'

export type LookOrder = Extract<EntityOrder, { order: 'color' | 'color_temperature' | 'effect' }>

/** Kinds of colours with the names of their parts, the one first that is nearest to what people say: home-assistant.io, "MQTT Light". */
export const COLOUR_KINDS = {
  hs: ['h', 's'],
  rgb: ['r', 'g', 'b'],
  xy: ['x', 'y'],
  rgbw: ['r', 'g', 'b', 'w'],
  rgbww: ['r', 'g', 'b', 'c', 'w'],
} as const
export type ColourKind = keyof typeof COLOUR_KINDS

/** As these parts are called in templates of commands. */
export const IN_TEMPLATES: Readonly<Record<string, string>> = {
  ...{ h: 'hue', s: 'sat', r: 'red', g: 'green', b: 'blue', w: 'white', c: 'cold_white', x: 'x', y: 'y' },
}

/** A colour by the names of its parts; whites that could be mixed in are off. */
export function colourParts(kind: ColourKind, colour: Colour, brightness = 1): Record<string, number> {
  const [red, green, blue] = rgbOf(colour).map((one) => Math.round(one * brightness))
  const [x, y] = xyOf(colour)
  const all: Record<string, number | undefined> = {
    ...{ h: colour.hue, s: colour.saturation, x, y, r: red, g: green, b: blue, c: 0, w: 0 },
  }
  return Object.fromEntries(COLOUR_KINDS[kind].map((part) => [part, all[part] ?? 0]))
}

/** A colour of a text with its parts, `255,136,0`; `null`: it is none. */
export function colourOfText(kind: ColourKind, text: string): Colour | null {
  const names = COLOUR_KINDS[kind]
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (numbers.length !== names.length) return null
  return colourIn(Object.fromEntries(names.map((name, at) => [name, numbers[at]])))
}

/** Whites that the light has, and how it is told one and says one: in kelvin, or in mired. */
export function readWhites(config: AnnouncedConfig): {
  range: OrderRange
  told: (kelvin: number) => number
  said: (number: number) => LookAttributes
} {
  const isKelvin = config.flag('color_temp_kelvin', false)
  const range = {
    min: config.number('min_kelvin', kelvinOf(config.number('max_mireds', 500))),
    max: config.number('max_kelvin', kelvinOf(config.number('min_mireds', 153))),
    step: 1,
  }
  if (!(range.min > 0 && range.min < range.max)) throw new NotConnectable('its range of color temperatures is none')
  return {
    range,
    told: (kelvin) => (isKelvin ? kelvin : miredOf(kelvin)),
    said: (number) => (isKelvin ? (number >= 100 ? { color_temp_kelvin: Math.round(number) } : {}) : whiteOf(number)),
  }
}
