import type { State } from '../../../shared/messages/state.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Order } from './entity-orders.ts'

/** How far a dimmer or blind may be from where it was told to go, in percent of the way. */
const NEAR_PERCENT = 2

/** Orders that no state tells of: they are done when they are published. */
const TOLD_ALONE: ReadonlySet<string> = new Set(['press', 'open', 'close', 'stop', 'text'])

/** Whether the order is done once it is published, because no state says so. */
export function isDoneWhenTold({ order }: Order): boolean {
  return TOLD_ALONE.has(order)
}

/** Whether the state of its entity says that the order is done. */
export function isDoneBy(order: Order, state: State): boolean {
  if (state.value === null || isDoneWhenTold(order)) return false
  const { attributes = {} } = state
  const words = stateText(state)
  switch (order.order) {
    case 'on':
    case 'off':
      return words === order.order || (typeof state.value === 'number' && state.value > 0 === (order.order === 'on'))
    case 'level':
      return isLevel(order.percent, words, attributes)
    case 'position':
      return isNear(attributes.current_position, order.percent)
    case 'value':
      return Number(state.value) === order.value
    case 'temperature':
      return attributes.temperature === order.degrees
    case 'option':
      return words === order.option
    case 'mode':
      return words === order.mode || attributes.preset_mode === order.mode
    case 'lock':
    case 'unlock':
      return words === `${order.order}ed`
    default:
      return false
  }
}

/** Brightness is 0 to 255, as in Home Assistant; speed is percent. What says neither is done when it is on. */
function isLevel(percent: number, words: string, { brightness, percentage }: Record<string, unknown>): boolean {
  if (percent === 0) return words === 'off'
  if (words !== 'on') return false
  if (typeof brightness === 'number') return isNear((brightness / 255) * 100, percent)
  return typeof percentage === 'number' ? isNear(percentage, percent) : true
}

function isNear(value: unknown, percent: number): boolean {
  return typeof value === 'number' && Math.abs(value - percent) <= NEAR_PERCENT
}
