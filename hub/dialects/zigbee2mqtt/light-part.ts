import { xyOf } from '../../../shared/colour.ts'
import { kelvinOf, miredOf } from '../../../shared/colour-temperature.ts'
import type { EntityOrder, OrderLimits } from '../../../shared/entity-order.ts'
import { colourIn, hueOf, whiteOf } from '../light-attributes.ts'
import { asObject } from '../payload.ts'
import { type Expose, feature } from './expose.ts'
import type { ExposedPart, PartOrders } from './generic.ts'
import { onOffPart, stateIn } from './on-off-part.ts'
import { numberSaid, scaled, wordSaid } from './properties.ts'

/** Zigbee's brightest is 254, Home Assistant's 255. */
const HA_BRIGHTEST = 255

type Look = Extract<EntityOrder, { order: 'color' | 'color_temperature' | 'effect' }>

/** zigbee2mqtt.io, "Exposes", "Light". `effect`: the expose beside it that says which effects its device has. */
export function lightPart(expose: Expose, state: Expose, effect: Expose | undefined): ExposedPart {
  const [brightness, white, xy, hs] = ['brightness', 'color_temp', 'color_xy', 'color_hs'].map((name) =>
    feature(expose, name),
  )
  const most = brightness?.range?.max ?? 254
  const part = onOffPart('light', expose, state)
  const colour = hs ?? xy
  const bright = ({ percent }: Look) =>
    percent === undefined || !brightness ? {} : { [brightness.property]: scaled(percent, 0, most) }
  const orders: PartOrders = { ...part.orders }
  const limits: OrderLimits = {}
  if (brightness?.canBeSet) orders.level = ({ percent }) => ({ [brightness.property]: scaled(percent, 0, most) })
  if (white?.canBeSet) {
    orders.color_temperature = (order) => ({ [white.property]: miredOf(order.kelvin), ...bright(order) })
    const { min, max } = white.range ?? { min: 153, max: 500 }
    limits.color_temperature = { range: { min: kelvinOf(max), max: kelvinOf(min), step: 1 } }
  }
  if (colour?.canBeSet)
    orders.color = (order) => {
      const [x, y] = xyOf(order)
      const said = colour === hs ? { hue: Math.round(order.hue), saturation: Math.round(order.saturation) } : { x, y }
      return { [colour.property]: said, ...bright(order) }
    }
  if (effect?.canBeSet && effect.values.length > 0) {
    orders.effect = (order) => ({ [effect.property]: order.effect, ...bright(order) })
    limits.effect = { options: effect.values, ...(effect.isPublished ? {} : { untold: true }) }
  }
  const used = [brightness, white, xy, hs].filter((one) => one !== undefined)
  return {
    ...part,
    uses: [state, ...used],
    // A lamp says its color with its white.
    asks: [state, brightness, white ?? colour].filter((one) => one !== undefined),
    read: (said) => {
      const attributes = lookIn(said, { brightness, white, colour, effect, state }, most)
      return { ...stateIn(state, said), ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders,
    limits,
  }
}

/** Attributes have Home Assistant's names. */
function lookIn(
  said: Readonly<Record<string, unknown>>,
  { brightness, white, colour, effect, state }: Record<string, Expose | undefined>,
  most: number,
): Record<string, unknown> {
  const level = brightness && numberSaid(said, brightness.property)
  const object = colour && Object.hasOwn(said, colour.property) ? asObject(said[colour.property]) : null
  const mode = (white ?? colour) && wordSaid(said, modeProperty(state))
  const running = effect?.isPublished ? wordSaid(said, effect.property) : undefined
  return {
    ...(level === undefined ? {} : { brightness: Math.round((level / most) * HA_BRIGHTEST) }),
    ...(white ? whiteOf(numberSaid(said, white.property)) : {}),
    ...hueOf(object && colourIn(object)),
    ...(mode === undefined ? {} : { color_mode: mode }),
    ...(running === undefined ? {} : { effect: running }),
  }
}

/** One of several lights of a device says its own: `color_mode_left`. */
function modeProperty(state: Expose | undefined): string {
  const { property = '', name = '' } = state ?? {}
  return `color_mode${property.slice(name.length)}`
}
