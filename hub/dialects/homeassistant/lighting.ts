import { asObject } from '../payload.ts'
import type { Publication, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import {
  type Behaviour,
  listening,
  NOT_KNOWN,
  numberAttribute,
  numberIn,
  type Orders,
  stateBy,
  unexpected,
  wordAttribute,
} from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { fromPercent, toPercent } from './ranges.ts'
import { onAndOff } from './switching.ts'

/** Brightness in templates, and where no other scale is said: home-assistant.io, "MQTT Light". */
const SCALE = 255

/** A light of any schema. Its level is percent; colors are read, and not told. */
export function readLight(config: AnnouncedConfig): Behaviour {
  const schema = config.payload('schema', 'basic')
  if (schema === 'basic' || schema === 'default') return basic(config)
  if (schema === 'json') return json(config)
  if (schema === 'template') return byTemplates(config)
  throw new NotConnectable(`a light of the schema "${schema}" is not known`)
}

/** Topics of their own for state and brightness. */
function basic(config: AnnouncedConfig): Behaviour {
  const { states, tell } = onAndOff(config, 'command_template')
  const scale = scaleOf(config)
  const brightness = config.topic('brightness_command_topic')
  const write = config.writer('brightness_command_template')
  const order = config.payload('on_command_type', 'last')
  const level = (percent: number): Publication[] => {
    if (brightness === null || percent === 0) return [tell(percent > 0)]
    const bright = config.publication(brightness, write(brightnessOf(percent, scale)))
    if (order === 'brightness') return [bright]
    return order === 'first' ? [tell(true), bright] : [bright, tell(true)]
  }
  return {
    listens: [
      ...listening(config.topic('state_topic'), config.reader('state_value_template'), stateBy(states)),
      ...listening(config.topic('brightness_state_topic'), config.reader('brightness_value_template'), (text) =>
        levelIn(text, scale),
      ),
      ...colors(config),
    ],
    orders: {
      on: () => (order === 'brightness' && brightness !== null ? level(100) : [tell(true)]),
      off: () => [tell(false)],
      ...(brightness === null ? {} : { level: ({ percent }) => level(percent) }),
    },
  }
}

/** What a light says of its color, as it says it. */
function colors(config: AnnouncedConfig) {
  return [
    ...listening(
      config.topic('color_temp_state_topic'),
      config.reader('color_temp_value_template'),
      numberAttribute('color_temp'),
    ),
    ...listening(config.topic('effect_state_topic'), config.reader('effect_value_template'), wordAttribute('effect')),
    ...['color_mode', 'rgb', 'hs', 'xy', 'rgbw', 'rgbww'].flatMap((kind) =>
      listening(config.topic(`${kind}_state_topic`), config.reader(`${kind}_value_template`), wordAttribute(kind)),
    ),
  ]
}

/** One JSON object for all: `{"state":"ON","brightness":120}`. */
function json(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const scale = scaleOf(config)
  const modes = config.list('supported_color_modes') ?? []
  const isDimmable = config.flag('brightness', false) || modes.some((mode) => mode !== 'onoff')
  const tell = (state: Readonly<Record<string, unknown>>) => [config.publication(topic, JSON.stringify(state))]
  const orders: Orders = { on: () => tell({ state: 'ON' }), off: () => tell({ state: 'OFF' }) }
  if (isDimmable)
    orders.level = ({ percent }) => {
      const brightness = brightnessOf(percent, scale)
      return tell(percent === 0 ? { state: 'OFF' } : { state: 'ON', brightness })
    }
  return {
    listens: listening(
      config.topic('state_topic'),
      ({ text }) => ({ text }),
      (text, _known, payload) => {
        const object = payload.object
        return object === null ? unexpected(text) : ofJson(object, scale)
      },
    ),
    orders,
  }
}

function ofJson(object: Readonly<Record<string, unknown>>, scale: number): Said {
  const { state, brightness, color_mode, color, color_temp, effect } = object
  const level = typeof brightness === 'number' ? { level: toPercent(brightness, { min: 0, max: scale }) } : {}
  const words = Object.entries({ color_mode, color_temp, effect }).filter(([, one]) =>
    ['string', 'number'].includes(typeof one),
  )
  const attributes = { ...level, ...Object.fromEntries(words), ...(asObject(color) === null ? {} : { color }) }
  return {
    ...(state === 'ON' ? { state: true } : state === 'OFF' ? { state: false } : state === null ? { state: null } : {}),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

/** Templates for what is read and for what is told. */
function byTemplates(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  for (const key of ['command_on_template', 'command_off_template'])
    if (!config.has(key)) throw new NotConnectable(`"${key}" is missing`)
  const [on, off] = [config.writer('command_on_template'), config.writer('command_off_template')]
  const tell = (payload: string) => [config.publication(topic, payload)]
  const turnOff = () => tell(off(undefined, { state: 'off' }))
  const states = new Map([
    ['on', true],
    ['off', false],
    [NOT_KNOWN, null],
  ])
  const state = config.topic('state_topic')
  const level = config.has('brightness_template') ? state : null
  return {
    listens: [
      ...(config.has('state_template') ? listening(state, config.reader('state_template'), stateBy(states)) : []),
      ...listening(level, config.reader('brightness_template'), (text) => levelIn(text, SCALE)),
    ],
    orders: {
      on: () => tell(on(undefined, { state: 'on' })),
      off: turnOff,
      ...(config.has('brightness_template')
        ? {
            level: ({ percent }) =>
              percent === 0
                ? turnOff()
                : tell(on(undefined, { state: 'on', brightness: brightnessOf(percent, SCALE) })),
          }
        : {}),
    },
  }
}

function scaleOf(config: AnnouncedConfig): number {
  const scale = config.number('brightness_scale', SCALE)
  if (scale <= 0) throw new NotConnectable('"brightness_scale" is to be above 0')
  return scale
}

function levelIn(text: string, scale: number): Said {
  if (text === NOT_KNOWN) return { attributes: { level: null } }
  const number = numberIn(text)
  return number === null ? unexpected(text) : { attributes: { level: toPercent(number, { min: 0, max: scale }) } }
}

/** What is on is at least a little bright. */
function brightnessOf(percent: number, scale: number): number {
  const brightness = fromPercent('level', percent, { min: 0, max: scale })
  return percent > 0 ? Math.max(1, brightness) : brightness
}
