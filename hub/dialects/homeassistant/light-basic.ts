import type { OrderLimits } from '../../../shared/entity-order.ts'
import { hueOf } from '../light-attributes.ts'
import type { Listening, Publication, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import {
  type Behaviour,
  listening,
  NOT_KNOWN,
  numberIn,
  type Orders,
  stateBy,
  unexpected,
  wordAttribute,
} from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { brightnessOf, brightnessSaid, brightnessScale } from './light-brightness.ts'
import { COLOUR_KINDS, type ColourKind, colourOfText, colourParts, IN_TEMPLATES, readWhites } from './light-look.ts'
import { withinRange } from './ranges.ts'
import { onAndOff } from './switching.ts'

const KINDS = Object.keys(COLOUR_KINDS) as ColourKind[]

/** Topics of their own for state, brightness and look. */
export function basicLight(config: AnnouncedConfig): Behaviour {
  const { states, tell } = onAndOff(config, 'command_template')
  const scale = brightnessScale(config)
  const brightness = config.topic('brightness_command_topic')
  const write = config.writer('brightness_command_template')
  const when = config.payload('on_command_type', 'last')
  /** Turns it on with these, before or behind the word for it, or by them alone. */
  const turnOn = (messages: Publication[], percent?: number): Publication[] => {
    const bright =
      brightness === null || percent === undefined
        ? []
        : [config.publication(brightness, write(brightnessOf(percent, scale)))]
    const all = [...messages, ...bright]
    if (when === 'brightness') return all
    return when === 'first' ? [tell(true), ...all] : [...all, tell(true)]
  }
  const look = looks(config, turnOn, brightness !== null)
  return {
    listens: [
      ...listening(config.topic('state_topic'), config.reader('state_value_template'), stateBy(states)),
      ...listening(config.topic('brightness_state_topic'), config.reader('brightness_value_template'), (text) =>
        brightnessSaid(text, scale),
      ),
      ...lookListening(config),
    ],
    orders: {
      on: () => (when === 'brightness' && brightness !== null ? turnOn([], 100) : [tell(true)]),
      off: () => [tell(false)],
      ...(brightness === null ? {} : { level: ({ percent }) => (percent === 0 ? [tell(false)] : turnOn([], percent)) }),
      ...look.orders,
    },
    limits: look.limits,
  }
}

function looks(
  config: AnnouncedConfig,
  turnOn: (messages: Publication[], percent?: number) => Publication[],
  dims: boolean,
): { orders: Orders; limits: OrderLimits } {
  const orders: Orders = {}
  const limits: OrderLimits = {}
  const untold = (known: boolean) => (known ? {} : ({ untold: true } as const))
  const kind = KINDS.find((one) => config.topic(`${one}_command_topic`) !== null)
  if (kind !== undefined) {
    const topic = config.needTopic(`${kind}_command_topic`)
    const write = config.writer(`${kind}_command_template`)
    orders.color = ({ percent, ...colour }) => {
      // Without a brightness of its own the parts say that, too.
      const parts = colourParts(kind, colour, dims ? 1 : (percent ?? 100) / 100)
      const brought = Object.fromEntries(Object.entries(parts).map(([part, one]) => [IN_TEMPLATES[part] ?? part, one]))
      return turnOn([config.publication(topic, write(Object.values(parts).join(','), brought))], percent)
    }
    limits.color = untold(KINDS.some((one) => config.topic(`${one}_state_topic`) !== null))
  }
  const whiteTopic = config.topic('color_temp_command_topic')
  if (whiteTopic !== null) {
    const { range, told } = readWhites(config)
    const write = config.writer('color_temp_command_template')
    orders.color_temperature = ({ kelvin, percent }) =>
      turnOn([config.publication(whiteTopic, write(told(withinRange('kelvin', kelvin, range))))], percent)
    limits.color_temperature = { range, ...untold(config.topic('color_temp_state_topic') !== null) }
  }
  const effectTopic = config.topic('effect_command_topic')
  const effects = config.list('effect_list') ?? []
  if (effectTopic !== null && effects.length > 0) {
    const write = config.writer('effect_command_template')
    orders.effect = ({ effect, percent }) =>
      turnOn([config.publication(effectTopic, write(oneOf('effect', effect, effects)))], percent)
    limits.effect = { options: effects, ...untold(config.topic('effect_state_topic') !== null) }
  }
  return { orders, limits }
}

/** What a light says of its look. Where it has no topic for what counts, what it said last does. */
function lookListening(config: AnnouncedConfig): Listening[] {
  const says = config.topic('color_mode_state_topic') !== null
  const mode = (color_mode: string) => (says ? {} : { color_mode })
  const white = config.topic('color_temp_state_topic')
  return [
    ...(white === null
      ? []
      : listening(white, config.reader('color_temp_value_template'), (text): Said => {
          const number = text === NOT_KNOWN ? null : numberIn(text)
          if (text === NOT_KNOWN) return { attributes: { color_temp_kelvin: null } }
          return number === null
            ? unexpected(text)
            : { attributes: { ...readWhites(config).said(number), ...mode('color_temp') } }
        })),
    ...KINDS.flatMap((kind) =>
      listening(config.topic(`${kind}_state_topic`), config.reader(`${kind}_value_template`), (text): Said => {
        const colour = colourOfText(kind, text)
        return colour === null ? unexpected(text) : { attributes: { ...hueOf(colour), ...mode(kind) } }
      }),
    ),
    ...listening(
      config.topic('color_mode_state_topic'),
      config.reader('color_mode_value_template'),
      wordAttribute('color_mode'),
    ),
    ...listening(config.topic('effect_state_topic'), config.reader('effect_value_template'), wordAttribute('effect')),
  ]
}
