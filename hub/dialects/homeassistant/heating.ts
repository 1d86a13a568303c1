import type { OrderLimits } from '../../../shared/entity-order.ts'
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
/** And a water heater: the same, "MQTT Water heater". */
const WATER_MODES = ['off', 'eco', 'electric', 'gas', 'heat_pump', 'high_demand', 'performance']

/** Where a thermostat says what else, and what it is called in its attributes. */
const NUMBERS = [
  ['current_temperature', 'current_temperature'],
  ['current_humidity', 'current_humidity'],
  ['temperature_state', 'temperature'],
  ['temperature_low_state', 'target_temp_low'],
  ['temperature_high_state', 'target_temp_high'],
  ['target_humidity_state', 'humidity'],
] as const
const WORDS = [
  ['action', 'hvac_action'],
  ['fan_mode_state', 'fan_mode'],
  ['swing_mode_state', 'swing_mode'],
  ['swing_horizontal_mode_state', 'swing_horizontal_mode'],
] as const

/** Words that it is told beside its mode: the order, the first word of its keys, and what there is where it does not say. */
const CHOICES = [
  { order: 'preset', key: 'preset_mode', absent: [] },
  { order: 'fan_mode', key: 'fan_mode', absent: ['auto', 'low', 'medium', 'high'] },
  { order: 'swing_mode', key: 'swing_mode', absent: ['on', 'off'] },
] as const

/** home-assistant.io, "MQTT Climate (HVAC)": its state is its mode. */
export function readClimate(config: AnnouncedConfig): Behaviour {
  const modes = config.list('modes') ?? MODES
  const { range, orders } = warmth(config, modes, { min: 7, max: 35, minF: 44.6, maxF: 95 })
  const limits: OrderLimits = {}
  for (const choice of CHOICES) readChoice(config, choice, { orders, limits })
  const humidityTopic = config.topic('target_humidity_command_topic')
  if (humidityTopic !== null) {
    const write = config.writer('target_humidity_command_template')
    const humidity = { min: config.number('min_humidity', 30), max: config.number('max_humidity', 99), step: 1 }
    orders.humidity = ({ percent }) => [
      config.publication(humidityTopic, write(withinRange('humidity', percent, humidity))),
    ]
    limits.humidity = { range: humidity }
  }
  return { listens: listensOf(config, modes, orders), orders, range, options: modes, limits }
}

/** home-assistant.io, "MQTT Water heater": its state is its mode. */
export function readWaterHeater(config: AnnouncedConfig): Behaviour {
  const modes = config.list('modes') ?? WATER_MODES
  const { range, orders } = warmth(config, modes, { min: 43.3, max: 60, minF: 110, maxF: 140 })
  return { listens: listensOf(config, modes, orders), orders, range, options: modes }
}

function listensOf(config: AnnouncedConfig, modes: readonly string[], orders: Orders) {
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
  return listens
}

function readChoice(
  config: AnnouncedConfig,
  { order, key, absent }: (typeof CHOICES)[number],
  { orders, limits }: { orders: Orders; limits: OrderLimits },
): void {
  const topic = config.topic(`${key}_command_topic`)
  const options = config.list(`${key}s`) ?? absent
  if (topic === null || options.length === 0) return
  const write = config.writer(`${key}_command_template`)
  orders[order] = ({ mode }) => [config.publication(topic, write(oneOf(key.replace('_', ' '), mode, options)))]
  const isTold = config.topic(`${key}_state_topic`) !== null
  limits[order] = { options, ...(isTold ? {} : { untold: true }) }
}

function warmth(
  config: AnnouncedConfig,
  modes: readonly string[],
  absent: { min: number; max: number; minF: number; maxF: number },
) {
  const isFahrenheit = config.payload('temperature_unit', 'C') === 'F'
  const range = {
    min: config.number('min_temp', isFahrenheit ? absent.minF : absent.min),
    max: config.number('max_temp', isFahrenheit ? absent.maxF : absent.max),
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
