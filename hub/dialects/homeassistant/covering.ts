import { readJsonObject } from '../payload.ts'
import type { KnownSoFar, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import {
  type Behaviour,
  listening,
  NOT_KNOWN,
  numberAttribute,
  numberIn,
  type Orders,
  unexpected,
} from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { fromPercent, toPercent } from './ranges.ts'

/**
 * home-assistant.io, "MQTT Cover": `open`, `opening`, `closed`, `closing`, and where it is in percent, 0 being closed. How its slats
 * are turned is read, and not told.
 */
export function readCover(config: AnnouncedConfig): Behaviour {
  const range = { min: config.number('position_closed', 0), max: config.number('position_open', 100) }
  if (range.min === range.max) throw new NotConnectable('"position_closed" is "position_open"')
  const stateTopic = config.topic('state_topic')
  const positionTopic = config.topic('position_topic')
  // Without a topic for states the template of older descriptions is for where it is.
  const isOld = stateTopic === null && !config.has('position_template')
  const positionKey = isOld ? 'value_template' : 'position_template'
  return {
    listens: [
      ...listening(positionTopic, config.reader(positionKey), (text) => atPosition(text, range, stateTopic !== null)),
      // Behind where it is, by which "stopped" is open or closed.
      ...listening(stateTopic, config.reader('value_template'), stateReader(config)),
      ...listening(config.topic('tilt_status_topic'), config.reader('tilt_status_template'), numberAttribute('tilt')),
    ],
    orders: ordersOf(config, range),
  }
}

function stateReader(config: AnnouncedConfig): (text: string, known: KnownSoFar) => Said {
  const states = new Map<string, string | null>([
    [NOT_KNOWN, null],
    [config.payload('state_closing', 'closing'), 'closing'],
    [config.payload('state_opening', 'opening'), 'opening'],
    [config.payload('state_closed', 'closed'), 'closed'],
    [config.payload('state_open', 'open'), 'open'],
  ])
  const stopped = config.payload('state_stopped', 'stopped')
  return (text, { state, attributes: { position } }) => {
    const known = states.get(text)
    if (known !== undefined) return { state: known }
    if (text !== stopped) return unexpected(text)
    if (typeof position === 'number') return { state: position === 0 ? 'closed' : 'open' }
    return { state: state === 'closing' || state === 'closed' ? 'closed' : 'open' }
  }
}

/** Without a topic of its own for states, where it is says whether it is open. */
function atPosition(text: string, range: { min: number; max: number }, hasStates: boolean): Said {
  if (text === NOT_KNOWN) return { attributes: { position: null }, ...(hasStates ? {} : { state: null }) }
  const object = text.startsWith('{') ? readJsonObject(text) : null
  const number = numberIn(object === null ? text : String(object.position ?? ''))
  if (number === null) return unexpected(text)
  const position = toPercent(number, range)
  const tilt = object?.tilt_position
  return {
    attributes: { position, ...(typeof tilt === 'number' ? { tilt } : {}) },
    ...(hasStates ? {} : { state: position === 0 ? 'closed' : 'open' }),
  }
}

function ordersOf(config: AnnouncedConfig, range: { min: number; max: number }): Orders {
  const topic = config.topic('command_topic')
  const positionTopic = config.topic('set_position_topic')
  const write = config.writer('set_position_template')
  const orders: Orders = {}
  if (topic !== null)
    for (const [order, key, absent] of [
      ['open', 'payload_open', 'OPEN'],
      ['close', 'payload_close', 'CLOSE'],
      ['stop', 'payload_stop', 'STOP'],
    ] as const) {
      // What is said to be nothing cannot be told.
      if (config.value(key) === null) continue
      const payload = config.payload(key, absent)
      orders[order] = () => [config.publication(topic, payload)]
    }
  if (positionTopic !== null)
    orders.position = ({ percent }) => {
      const brought = { position: percent, position_open: range.max, position_closed: range.min }
      return [config.publication(positionTopic, write(fromPercent('position', percent, range), brought))]
    }
  return orders
}
