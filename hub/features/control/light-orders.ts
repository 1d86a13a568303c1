import { readWarmth } from '../../../shared/colour-temperature.ts'
import { readColour } from '../../../shared/colour-words.ts'
import { oneInAnyCase } from '../../../shared/one-in-any-case.ts'
import type { Order, Takes } from './entity-orders.ts'

/** What a lamp can be where it does not say: whites from candle to daylight. */
const ANY_WHITE = { min: 1_000, max: 10_000, step: 1 }

/** What a lamp is told by `red`, `2700 K`, `warm white`, the name of an effect, and any of them with `40%`; `null`: nothing that it takes. */
export function lightOrder(text: string, takes: Takes): Order | null {
  const { rest, percent } = withoutLevel(text)
  if (rest === '' || (percent !== undefined && !takes.orders.includes('level'))) return null
  const bright = percent === undefined ? {} : { percent }
  const order = whiteOrder(rest, takes) ?? colourOrder(rest, takes) ?? effectOrder(rest, takes)
  return order === null ? null : { ...order, ...bright }
}

/** `red 40%` without the 40 %. A brightness of nothing is no colour. */
function withoutLevel(text: string): { rest: string; percent?: number } {
  const [found, digits] = /(?<![\d.])(\d+(?:\.\d+)?)\s*%/.exec(text) ?? []
  const percent = Number(digits)
  if (found === undefined || percent <= 0 || percent > 100) return { rest: text }
  return { rest: text.replace(found, ' ').trim().replaceAll(/\s+/g, ' '), percent }
}

function whiteOrder(text: string, { orders, limits }: Takes): Order | null {
  if (!orders.includes('color_temperature')) return null
  const kelvin = readWarmth(text, limits.color_temperature?.range ?? ANY_WHITE)
  return kelvin === null ? null : { order: 'color_temperature', kelvin }
}

function colourOrder(text: string, { orders }: Takes): Order | null {
  const colour = orders.includes('color') ? readColour(text.replace(/^colou?r\s+/i, '')) : null
  return colour === null ? null : { order: 'color', ...colour }
}

function effectOrder(text: string, { orders, limits }: Takes): Order | null {
  const options = limits.effect?.options ?? []
  const effect = oneInAnyCase(text.replace(/^effect\s+/i, ''), options)
  return orders.includes('effect') && effect !== null ? { order: 'effect', effect } : null
}
