import { isSameColour } from '../../../shared/colour.ts'
import { isSameWarmth } from '../../../shared/colour-temperature.ts'
import type { EntityOrder, OrderLimits } from '../../../shared/entity-order.ts'
import type { State } from '../../../shared/messages/state.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Order } from './entity-orders.ts'

/** How far a dimmer or blind may be from where it was told to go, in percent of the way. */
const NEAR_PERCENT = 2

/** Orders that no state tells of: they are done when they are published. */
const TOLD_ALONE: ReadonlySet<string> = new Set(['press', 'open', 'close', 'stop', 'text'])

/** What of an order is to be seen in which attribute, in Home Assistant's words. */
const ATTRIBUTES = {
  position: 'current_position',
  tilt: 'current_tilt_position',
  humidity: 'humidity',
  preset: 'preset_mode',
  fan_mode: 'fan_mode',
  swing_mode: 'swing_mode',
} as const

/** Whether the order is done once it is published, because no state says so. */
export function isDoneWhenTold({ order }: Order, limits: OrderLimits = {}): boolean {
  return TOLD_ALONE.has(order) || (order !== 'toggle' && limits[order]?.untold === true)
}

/** Whether the state of its entity says that the order is done. */
export function isDoneBy(order: Order, state: State, limits: OrderLimits = {}): boolean {
  if (state.value === null || order.order === 'toggle' || isDoneWhenTold(order, limits)) return false
  const { attributes = {} } = state
  const words = stateText(state)
  switch (order.order) {
    case 'on':
    case 'off':
      return words === order.order || (typeof state.value === 'number' && state.value > 0 === (order.order === 'on'))
    case 'level':
      return isLevel(order.percent, words, { attributes, step: limits.level?.range?.step ?? 0 })
    case 'position':
    case 'tilt':
    case 'humidity':
      return isNear(attributes[ATTRIBUTES[order.order]], order.percent)
    case 'value':
      return Number(state.value) === order.value
    case 'temperature':
      return attributes.temperature === order.degrees
    case 'option':
      return words === order.option
    case 'mode':
      return [words, attributes.preset_mode, attributes.mode].includes(order.mode)
    case 'preset':
    case 'fan_mode':
    case 'swing_mode':
      return attributes[ATTRIBUTES[order.order]] === order.mode
    case 'lock':
    case 'unlock':
      return words === `${order.order}ed`
    default:
      return isLook(order, words, attributes)
  }
}

/** A lamp that is to have a colour, a white or an effect, and is to be on for that. */
function isLook(order: EntityOrder, words: string, attributes: Record<string, unknown>): boolean {
  if (words !== 'on') return false
  const { percent } = order as { percent?: number }
  if (percent !== undefined && !isLevel(percent, words, { attributes, step: 0 })) return false
  const { hs_color: hs, color_temp_kelvin: kelvin, color_mode: mode, effect } = attributes
  switch (order.order) {
    case 'color': {
      if (mode === 'color_temp' || !Array.isArray(hs)) return false
      const [hue, saturation]: unknown[] = hs
      return typeof hue === 'number' && typeof saturation === 'number' && isSameColour(order, { hue, saturation })
    }
    case 'color_temperature':
      return (
        (typeof mode !== 'string' || mode === 'color_temp') &&
        typeof kelvin === 'number' &&
        isSameWarmth(kelvin, order.kelvin)
      )
    case 'effect':
      return effect === order.effect
    default:
      return false
  }
}

/**
 * Brightness is 0 to 255, as in Home Assistant; speed is percent, and of a few speeds it is the next one that is fast enough. What says
 * neither is done when it is on.
 */
function isLevel(
  percent: number,
  words: string,
  { attributes: { brightness, percentage }, step }: { attributes: Record<string, unknown>; step: number },
): boolean {
  if (percent === 0) return words === 'off'
  if (words !== 'on') return false
  if (typeof brightness === 'number') return isNear((brightness / 255) * 100, percent)
  if (typeof percentage !== 'number') return true
  return isNear(percentage, percent) || (percentage > percent && percentage - percent < step)
}

function isNear(value: unknown, percent: number): boolean {
  return typeof value === 'number' && Math.abs(value - percent) <= NEAR_PERCENT
}
