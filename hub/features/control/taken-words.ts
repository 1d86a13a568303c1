import { COLOUR_EXAMPLES } from '../../../shared/colour-words.ts'
import type { Takes } from './entity-orders.ts'

/** Orders that are a word and nothing else. */
export const PLAIN_ORDERS = ['on', 'off', 'press', 'open', 'close', 'stop', 'lock', 'unlock'] as const

/** Words of one order that a hint tells: a lamp may have a hundred effects. */
const TOLD = 12

/** What a person may write to an entity, in words. */
export function takenWords({ orders, options, range, limits }: Takes): string[] {
  const has = (order: string) => orders.includes(order)
  const number = range === null ? 'a number' : `a number from ${range.min} to ${range.max}`
  const white = limits.color_temperature?.range
  const named = (['effect', 'preset', 'fan_mode', 'swing_mode'] as const).filter(has)
  return [
    ...PLAIN_ORDERS.filter(has),
    ...(has('on') && has('off') ? ['toggle'] : []),
    ...(has('level') || has('position') ? ['0% to 100%'] : []),
    ...(has('tilt') ? ['tilt 0% to tilt 100%'] : []),
    ...(has('humidity') ? [`humidity ${percentWords(limits.humidity?.range)}`] : []),
    ...(has('value') || has('temperature') ? [number] : []),
    ...(has('option') || has('mode') ? (options ?? ['a word']) : []),
    ...(has('color') ? [`a colour (${COLOUR_EXAMPLES})`] : []),
    ...(has('color_temperature')
      ? [white ? `warm, cold, ${white.min} K to ${white.max} K` : 'warm, cold, 2700 K']
      : []),
    ...named.map((order) => `${order.replace('_', ' ')} ${someOf(limits[order]?.options ?? ['a word'])}`),
    ...(has('text') ? ['a text'] : []),
  ]
}

function percentWords(range = { min: 0, max: 100 }): string {
  return `${range.min}% to ${range.max}%`
}

function someOf(words: readonly string[]): string {
  const more = words.length - TOLD
  return `${words.filter((_, at) => at < TOLD).join(' | ')}${more > 0 ? ` | and ${more} more` : ''}`
}
