import type { OrderLimits } from '../../../shared/entity-order.ts'
import { colourIn, hueOf, type LookAttributes } from '../light-attributes.ts'
import { asObject } from '../payload.ts'
import type { Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, type Orders, unexpected } from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { brightnessIn, brightnessOf, brightnessScale } from './light-brightness.ts'
import { COLOUR_KINDS, type ColourKind, colourParts, readWhites } from './light-look.ts'
import { withinRange } from './ranges.ts'

const KINDS = Object.keys(COLOUR_KINDS) as ColourKind[]

/** One JSON object for all: `{"state":"ON","brightness":120,"color":{"x":0.7,"y":0.3}}`. */
export function jsonLight(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const scale = brightnessScale(config)
  const modes = config.list('supported_color_modes') ?? []
  const isDimmable = config.flag('brightness', false) || modes.some((mode) => mode !== 'onoff')
  const has = (mode: string) => modes.includes(mode) || config.flag(mode, false)
  const tell = (state: Readonly<Record<string, unknown>>) => [config.publication(topic, JSON.stringify(state))]
  const turnOn = (look: Readonly<Record<string, unknown>>, percent?: number) => {
    const bright = percent === undefined || !isDimmable ? {} : { brightness: brightnessOf(percent, scale) }
    return tell({ state: 'ON', ...bright, ...look })
  }
  const whites = has('color_temp') ? readWhites(config) : null
  const orders: Orders = { on: () => tell({ state: 'ON' }), off: () => tell({ state: 'OFF' }) }
  const limits: OrderLimits = {}
  if (isDimmable) orders.level = ({ percent }) => (percent === 0 ? tell({ state: 'OFF' }) : turnOn({}, percent))
  const kind = KINDS.find(has)
  if (kind !== undefined)
    orders.color = ({ percent, ...colour }) => turnOn({ color: colourParts(kind, colour) }, percent)
  if (whites !== null) {
    orders.color_temperature = ({ kelvin, percent }) =>
      turnOn({ color_temp: whites.told(withinRange('kelvin', kelvin, whites.range)) }, percent)
    limits.color_temperature = { range: whites.range }
  }
  const effects = config.list('effect_list') ?? []
  if (config.flag('effect', false) && effects.length > 0) {
    orders.effect = ({ effect, percent }) => turnOn({ effect: oneOf('effect', effect, effects) }, percent)
    limits.effect = { options: effects }
  }
  return {
    listens: listening(
      config.topic('state_topic'),
      ({ text }) => ({ text }),
      (text, _known, payload) =>
        payload.object === null ? unexpected(text) : saidIn(payload.object, scale, whites?.said),
    ),
    orders,
    limits,
  }
}

function saidIn(
  object: Readonly<Record<string, unknown>>,
  scale: number,
  whiteIn?: (number: number) => LookAttributes,
): Said {
  const { state, brightness, color_mode, color, color_temp, effect } = object
  const words = Object.entries({ color_mode, effect }).filter(([, one]) => typeof one === 'string')
  const attributes = {
    ...(typeof brightness === 'number' ? brightnessIn(brightness, scale) : {}),
    ...Object.fromEntries(words),
    ...(typeof color_temp === 'number' ? whiteIn?.(color_temp) : {}),
    ...hueOf(colourIn(asObject(color) ?? {})),
  }
  return {
    ...(state === 'ON' ? { state: true } : state === 'OFF' ? { state: false } : state === null ? { state: null } : {}),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}
