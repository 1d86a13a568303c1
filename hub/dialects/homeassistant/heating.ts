import type { Publication, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import {
  type Behaviour,
  listening,
  NOT_KNOWN,
  numberAttribute,
  type Orders,
  unexpected,
  wordAttribute,
} from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { NotConnectable } from './not-connectable.ts'
import { withinRange } from './ranges.ts'

/** What a thermostat can do where it does not say: home-assistant.io, "MQTT Climate (HVAC)". */
const MODES = ['auto', 'off', 'cool', 'heat', 'dry', 'fan_only']

/** Where a thermostat says what else, and what it is called in its attributes. */
const NUMBERS = [
  ['current_temperature', 'current_temperature'],
  ['current_humidity', 'current_humidity'],
  ['temperature_state', 'temperature'],
  ['temperature_low_state', 'target_temp_low'],
  ['temperature_high_state', 'target_temp_high'],
  ['target_humidity_state', 'target_humidity'],
] as const
const WORDS = [
  ['action', 'action'],
  ['fan_mode_state', 'fan_mode'],
  ['swing_mode_state', 'swing_mode'],
  ['swing_horizontal_mode_state', 'swing_horizontal_mode'],
] as const

/** home-assistant.io, "MQTT Climate (HVAC)": its state is its mode. It is told a mode and one target temperature. */
export function readClimate(config: AnnouncedConfig): Behaviour {
  const modes = config.list('modes') ?? MODES
  const { range, orders } = ordersOfClimate(config, modes)
  const say = (text: string): Said => {
    if (text === NOT_KNOWN) return { state: null }
    return modes.includes(text) ? { state: text } : unexpected(text)
  }
  const named = (prefix: string) => [config.topic(`${prefix}_topic`), config.reader(`${prefix}_template`)] as const
  const listens = [
    ...listening(...named('mode_state'), say),
    ...NUMBERS.flatMap(([prefix, name]) => listening(...named(prefix), numberAttribute(name))),
    ...WORDS.flatMap(([prefix, name]) => listening(...named(prefix), wordAttribute(name))),
    ...listening(
      config.topic('preset_mode_state_topic'),
      config.reader('preset_mode_value_template'),
      wordAttribute('preset_mode'),
    ),
  ]
  if (listens.length === 0 && Object.keys(orders).length === 0)
    throw new NotConnectable('there is no topic on which it speaks or listens')
  return { listens, orders, range, options: modes }
}

function ordersOfClimate(config: AnnouncedConfig, modes: readonly string[]) {
  const isFahrenheit = config.payload('temperature_unit', 'C') === 'F'
  const range = {
    min: config.number('min_temp', isFahrenheit ? 44.6 : 7),
    max: config.number('max_temp', isFahrenheit ? 95 : 35),
    step: config.number('temp_step', 1),
  }
  const [modeTopic, degreesTopic] = [config.topic('mode_command_topic'), config.topic('temperature_command_topic')]
  const [writeMode, writeDegrees] = [
    config.writer('mode_command_template'),
    config.writer('temperature_command_template'),
  ]
  const setMode = (mode: string | undefined): Publication[] =>
    modeTopic === null || mode === undefined
      ? []
      : [config.publication(modeTopic, writeMode(oneOf('mode', mode, modes)))]
  const orders: Orders = {}
  if (modeTopic !== null) orders.mode = ({ mode }) => setMode(mode)
  if (degreesTopic !== null)
    orders.temperature = ({ degrees, mode }) => [
      ...setMode(mode),
      config.publication(degreesTopic, writeDegrees(withinRange('degrees', degrees, range))),
    ]
  return { range, orders }
}
