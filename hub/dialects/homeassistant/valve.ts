import { readJsonObject } from '../payload.ts'
import type { Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, numberIn, type Orders, unexpected } from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { fromPercent, toPercent } from './ranges.ts'

const STATES = ['open', 'opening', 'closed', 'closing'] as const

/**
 * home-assistant.io, "MQTT Valve": `open`, `opening`, `closed`, `closing`. One that says how far it is open is told that on the same
 * topic, and has no words then.
 */
export function readValve(config: AnnouncedConfig): Behaviour {
  const hasPosition = config.flag('reports_position', false)
  const range = { min: config.number('position_closed', 0), max: config.number('position_open', 100) }
  if (range.min === range.max) throw new NotConnectable('"position_closed" is "position_open"')
  const words = new Map<string, string>(STATES.map((state) => [config.payload(`state_${state}`, state), state]))
  const say = (text: string): Said => {
    const object = readJsonObject(text)
    const { state = null, position = null } = object ?? { state: text, position: numberIn(text) }
    if (text === NOT_KNOWN) return { state: null }
    const word = words.get(String(state))
    if (!hasPosition || typeof position !== 'number') return word === undefined ? unexpected(text) : { state: word }
    const percent = toPercent(position, range)
    return { state: word ?? (percent === 0 ? 'closed' : 'open'), attributes: { current_position: percent } }
  }
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), say),
    orders: ordersOf(config, hasPosition ? range : null),
  }
}

function ordersOf(config: AnnouncedConfig, range: { min: number; max: number } | null): Orders {
  const topic = config.topic('command_topic')
  if (topic === null) return {}
  const write = config.writer('command_template')
  const tell = (payload: string | number) => [config.publication(topic, write(payload))]
  const [open, close] = [config.payload('payload_open', 'OPEN'), config.payload('payload_close', 'CLOSE')]
  const orders: Orders = { open: () => tell(range?.max ?? open), close: () => tell(range?.min ?? close) }
  if (config.has('payload_stop')) {
    const stop = config.payload('payload_stop', '')
    orders.stop = () => tell(stop)
  }
  if (range !== null) orders.position = ({ percent }) => tell(fromPercent('position', percent, range))
  return orders
}
