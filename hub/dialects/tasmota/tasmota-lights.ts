import { kelvinOf, miredOf } from '../../../shared/colour-temperature.ts'
import type { EntityOrder, OrderLimits, OrderName } from '../../../shared/entity-order.ts'
import { colourIn, hueOf, whiteOf } from '../light-attributes.ts'
import type { Publication } from '../said.ts'
import { RELAY, type TasmotaConfig } from './tasmota-config.ts'
import { commandOf, percentWord } from './tasmota-entity.ts'

/** What a light can do beside on and off: tasmota.github.io, "Lights". */
export interface TasmotaLight {
  /** The command that dims it, and where it says how bright it is. */
  dimmer: string
  hasWhite: boolean
  hasColour: boolean
  /** Its white is a channel of its own: while that burns, its colour does not count. */
  isMixed: boolean
}

/** `lt_st` of the discovery message: how many channels, and of which kind. */
const SUBTYPE = { none: 0, single: 1, coldWarm: 2, rgb: 3, rgbw: 4, rgbcw: 5 } as const
/** `Scheme 0` to `Scheme 4`: tasmota.github.io, "Commands", "Light". */
const SCHEMES = ['none', 'wake up', 'cycle up', 'cycle down', 'random']
const HA_BRIGHTEST = 255

/**
 * What the light at this relay is. With `SetOption68` each channel is a light of its own; where color and white are not linked
 * (`SetOption37`, `lk` 0) the first light has the color and the second the white. `null`: it is on or off.
 */
export function tasmotaLight({ relays, subtype, isLinked, options }: TasmotaConfig, at: number): TasmotaLight | null {
  if (subtype === SUBTYPE.none) return null
  const plain = { dimmer: 'Dimmer', hasWhite: false, hasColour: false, isMixed: false }
  if (options.has('68')) return { ...plain, dimmer: `Channel${at + 1}` }
  const isSplit = !isLinked && subtype >= SUBTYPE.rgbw
  if (isSplit && at === relays.indexOf(RELAY.light)) return { ...plain, dimmer: 'Dimmer1', hasColour: true }
  if (isSplit) return { ...plain, dimmer: 'Dimmer2', hasWhite: subtype === SUBTYPE.rgbcw }
  const hasWhite = subtype === SUBTYPE.coldWarm || subtype === SUBTYPE.rgbcw
  return { ...plain, hasWhite, hasColour: subtype >= SUBTYPE.rgb, isMixed: subtype >= SUBTYPE.rgbw }
}

export function lightOrders({ hasWhite, hasColour }: TasmotaLight): OrderName[] {
  return [
    'level',
    ...(hasWhite ? (['color_temperature'] as const) : []),
    ...(hasColour ? (['color', 'effect'] as const) : []),
  ]
}

export function lightLimits({ hasWhite, hasColour }: TasmotaLight, { options }: TasmotaConfig): OrderLimits {
  const mireds = options.has('82') ? { min: 200, max: 380 } : { min: 153, max: 500 }
  return {
    ...(hasWhite
      ? { color_temperature: { range: { min: kelvinOf(mireds.max), max: kelvinOf(mireds.min), step: 1 } } }
      : {}),
    ...(hasColour ? { effect: { options: SCHEMES } } : {}),
  }
}

/** What is published for one of those orders; `null`: it is another one. */
export function lightCommands(config: TasmotaConfig, light: TasmotaLight, order: EntityOrder): Publication[] | null {
  const tell = (name: string, payload: string | number) => commandOf(config, name, String(payload))
  const percent = 'percent' in order ? order.percent : undefined
  const dim = percent === undefined ? [] : [tell(light.dimmer, percentWord(percent))]
  switch (order.order) {
    case 'level':
      return dim
    case 'color':
      return [tell('HsbColor1', Math.round(order.hue)), tell('HsbColor2', Math.round(order.saturation)), ...dim]
    case 'color_temperature':
      return [tell('CT', miredOf(order.kelvin)), ...dim]
    case 'effect':
      return [tell('Scheme', SCHEMES.indexOf(order.effect)), ...dim]
    default:
      return null
  }
}

/** What a state message says of its look, in Home Assistant's words. */
export function lookOf(light: TasmotaLight, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { CT: mired, HSBColor: hsb, White: white, Scheme: scheme } = said
  const dimmer = Object.hasOwn(said, light.dimmer) ? said[light.dimmer] : undefined
  const [h, s] = typeof hsb === 'string' ? hsb.split(',').map(Number) : []
  const isWhite = light.isMixed && typeof white === 'number' ? white > 0 : !light.hasColour
  const saysLook = light.hasWhite ? mired !== undefined || white !== undefined : false
  const effect = light.hasColour && typeof scheme === 'number' ? SCHEMES[scheme] : undefined
  return {
    ...(typeof dimmer === 'number' ? { brightness: Math.round((dimmer / 100) * HA_BRIGHTEST) } : {}),
    ...(light.hasWhite ? whiteOf(mired) : {}),
    ...(light.hasColour ? hueOf(colourIn({ h, s })) : {}),
    ...(saysLook && light.hasColour ? { color_mode: isWhite ? 'color_temp' : 'hs' } : {}),
    ...(effect === undefined ? {} : { effect }),
  }
}
