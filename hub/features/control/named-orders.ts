import { oneInAnyCase } from '../../../shared/one-in-any-case.ts'
import type { Order, Takes } from './entity-orders.ts'

/** What people call an order before they say what it is to be: `tilt 30%`, `preset eco`, `fan mode high`. */
const NAMED: ReadonlyMap<string, 'tilt' | 'humidity' | 'preset' | 'fan_mode' | 'swing_mode' | 'mode' | 'effect'> =
  new Map([
    ['tilt', 'tilt'],
    ['humidity', 'humidity'],
    ['preset', 'preset'],
    ['preset mode', 'preset'],
    ['fan', 'fan_mode'],
    ['fan mode', 'fan_mode'],
    ['swing', 'swing_mode'],
    ['swing mode', 'swing_mode'],
    ['mode', 'mode'],
    ['effect', 'effect'],
  ])

/** The one mode of any kind that is called so; `null`: none, or several kinds have one. */
export function modeOrder(text: string, { orders, limits }: Takes): Order | null {
  const fitting = (['preset', 'fan_mode', 'swing_mode'] as const).flatMap((order) => {
    const mode = orders.includes(order) ? oneInAnyCase(text, limits[order]?.options ?? []) : null
    return mode === null ? [] : [{ order, mode }]
  })
  return fitting.length === 1 ? (fitting[0] ?? null) : null
}

/** The order that is named by its first words; `null`: none that the entity takes. */
export function namedOrder(text: string, { orders, options, limits }: Takes): Order | null {
  const [, called = '', value = ''] = /^(\w+(?:[ _]mode)?)\s+(.+)$/i.exec(text) ?? []
  const order = NAMED.get(called.toLowerCase().replace('_', ' '))
  if (order === undefined || !orders.includes(order)) return null
  if (order === 'tilt' || order === 'humidity') {
    const percent = /^(\d+(?:[.,]\d+)?)\s*%?$/.exec(value)?.[1]?.replace(',', '.')
    const { min, max } = limits[order]?.range ?? { min: 0, max: 100 }
    return percent === undefined || Number(percent) < min || Number(percent) > max
      ? null
      : { order, percent: Number(percent) }
  }
  const words = order === 'mode' ? options : (limits[order]?.options ?? null)
  const word = words === null ? value : oneInAnyCase(value, words)
  if (word === null) return null
  return order === 'effect' ? { order, effect: word } : { order, mode: word }
}
