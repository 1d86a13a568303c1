import { readJsonObject } from '../payload.ts'
import type { KnownSoFar, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, numberIn, type Orders, unexpected } from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { fromPercent, toPercent } from './ranges.ts'

interface Range {
  min: number
  max: number
}

/**
 * home-assistant.io, "MQTT Cover": `open`, `opening`, `closed`, `closing`, and in percent where it is, 0 being closed, and how its
 * slats are turned.
 */
export function readCover(config: AnnouncedConfig): Behaviour {
  const range = { min: config.number('position_closed', 0), max: config.number('position_open', 100) }
  if (range.min === range.max) throw new NotConnectable('"position_closed" is "position_open"')
  const slats = tiltRange(config)
  const stateTopic = config.topic('state_topic')
  const positionTopic = config.topic('position_topic')
  // Without a topic for states the template of older descriptions is for where it is.
  const isOld = stateTopic === null && !config.has('position_template')
  const positionKey = isOld ? 'value_template' : 'position_template'
  return {
    listens: [
      ...listening(positionTopic, config.reader(positionKey), (text) =>
        atPosition(text, { range, slats, hasStates: stateTopic !== null }),
      ),
      // Behind where it is, by which "stopped" is open or closed.
      ...listening(stateTopic, config.reader('value_template'), stateReader(config)),
      ...listening(config.topic('tilt_status_topic'), config.reader('tilt_status_template'), (text) => {
        const number = numberIn(text)
        return number === null ? unexpected(text) : { attributes: { current_tilt_position: toPercent(number, slats) } }
      }),
    ],
    orders: { ...ordersOf(config, range), ...tiltOrder(config, range, slats) },
    ...(config.topic('tilt_status_topic') === null ? { limits: { tilt: { untold: true } } } : {}),
  }
}

function tiltRange(config: AnnouncedConfig): Range {
  const range = { min: config.number('tilt_min', 0), max: config.number('tilt_max', 100) }
  if (range.min === range.max) throw new NotConnectable('"tilt_min" is "tilt_max"')
  return range
}

function tiltOrder(config: AnnouncedConfig, range: Range, slats: Range): Orders {
  const topic = config.topic('tilt_command_topic')
  if (topic === null) return {}
  const write = config.writer('tilt_command_template')
  return {
    tilt: ({ percent }) => {
      const tilt = fromPercent('tilt', percent, slats)
      const brought = { tilt_position: tilt, tilt_min: slats.min, tilt_max: slats.max }
      const ends = { position_open: range.max, position_closed: range.min }
      return [config.publication(topic, write(tilt, { ...brought, ...ends }))]
    },
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
  return (text, { state, attributes: { current_position: position } }) => {
    const known = states.get(text)
    if (known !== undefined) return { state: known }
    if (text !== stopped) return unexpected(text)
    if (typeof position === 'number') return { state: position === 0 ? 'closed' : 'open' }
    return { state: state === 'closing' || state === 'closed' ? 'closed' : 'open' }
  }
}

/** Without a topic of its own for states, where it is says whether it is open. */
function atPosition(
  text: string,
  { range, slats, hasStates }: { range: Range; slats: Range; hasStates: boolean },
): Said {
  if (text === NOT_KNOWN) return { attributes: { current_position: null }, ...(hasStates ? {} : { state: null }) }
  const object = text.startsWith('{') ? readJsonObject(text) : null
  const number = numberIn(object === null ? text : String(object.position ?? ''))
  if (number === null) return unexpected(text)
  const position = toPercent(number, range)
  const tilt = object?.tilt_position
  return {
    attributes: {
      current_position: position,
      ...(typeof tilt === 'number' ? { current_tilt_position: toPercent(tilt, slats) } : {}),
    },
    ...(hasStates ? {} : { state: position === 0 ? 'closed' : 'open' }),
  }
}

function ordersOf(config: AnnouncedConfig, range: Range): Orders {
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
