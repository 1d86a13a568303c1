import { readBoolean } from '../../../shared/booleans.ts'
import { colourWords } from '../../../shared/colour-words.ts'
import type { EntityOrder, OrderLimits, OrderRange } from '../../../shared/entity-order.ts'
import { LaresError } from '../../../shared/errors.ts'
import { oneInAnyCase } from '../../../shared/one-in-any-case.ts'
import { lightOrder } from './light-orders.ts'
import { modeOrder, namedOrder } from './named-orders.ts'
import { PLAIN_ORDERS, takenWords } from './taken-words.ts'

/** What an entity that a bridge or connection speaks for can be told. */
export interface Takes {
  /** Names of orders: on, off, level, … */
  orders: readonly string[]
  /** Words that it takes as option or mode; `null`: any. */
  options: readonly string[] | null
  /** Numbers that it takes as value or temperature; `null`: any. */
  range: OrderRange | null
  /** What other orders of it take. */
  limits: OrderLimits
}

/** One of those orders; a toggle comes to one of them when it is told. */
export type Order = EntityOrder | { order: 'toggle' }

/** The order that a person means by words or a number, of those that the entity takes. Throws `bad_params` with what it takes. */
export function readOrder(given: string | number | boolean, takes: Takes, called: string): Order {
  const text = String(given).trim()
  const order =
    plainOrder(text, takes) ??
    numberOrder(text, takes) ??
    namedOrder(text, takes) ??
    wordOrder(text, takes) ??
    lightOrder(text, takes) ??
    modeOrder(text, takes) ??
    freeText(text, takes)
  if (order !== null) return order
  const words = takenWords(takes)
  throw new LaresError('bad_params', `${called} does not take ${text === '' ? 'nothing' : text}`, {
    hint: words.length === 0 ? 'It can only be read.' : `It takes ${words.join(', ')}.`,
  })
}

/** An order in the words in which it was given. */
export function orderedWords(order: Order): string {
  const level = 'percent' in order && order.percent !== undefined ? `${order.percent} %` : null
  const what = whatWords(order)
  return [what, level].filter((words) => words !== null).join(' at ')
}

function whatWords(order: Order): string | null {
  switch (order.order) {
    case 'level':
    case 'position':
      return null
    case 'tilt':
    case 'humidity':
      return order.order
    case 'color':
      return colourWords(order)
    case 'color_temperature':
      return `${order.kelvin} K`
    case 'effect':
      return order.effect
    case 'value':
      return String(order.value)
    case 'temperature':
      return String(order.degrees)
    case 'option':
      return order.option
    case 'text':
      return order.text
    case 'mode':
    case 'preset':
    case 'fan_mode':
    case 'swing_mode':
      return order.mode
    default:
      return order.order
  }
}

function plainOrder(text: string, { orders }: Takes): Order | null {
  const word = text.toLowerCase()
  const plain = PLAIN_ORDERS.find((one) => one === word)
  if (plain !== undefined && orders.includes(plain)) return { order: plain }
  if (!orders.includes('on') || !orders.includes('off')) return null
  if (word === 'toggle') return { order: 'toggle' }
  const yes = readBoolean(word)
  return yes === null ? null : { order: yes ? 'on' : 'off' }
}

function numberOrder(text: string, { orders, range }: Takes): Order | null {
  const [, digits, percent] = /^(-?\d+(?:[.,]\d+)?)\s*(%|°C?|)$/i.exec(text) ?? []
  if (digits === undefined || (percent?.startsWith('°') && !orders.includes('temperature'))) return null
  const value = Number(digits.replace(',', '.'))
  const has = (order: string) => orders.includes(order)
  const isNumber = percent !== '%' && (has('value') || has('temperature'))
  const share = (['level', 'position', 'humidity'] as const).find(has)
  if (share !== undefined && !(share === 'humidity' && isNumber) && value >= 0 && value <= 100)
    return { order: share, percent: value }
  if (percent === '%' || (range !== null && (value < range.min || value > range.max))) return null
  if (orders.includes('value')) return { order: 'value', value }
  return orders.includes('temperature') ? { order: 'temperature', degrees: value } : null
}

function wordOrder(text: string, { orders, options }: Takes): Order | null {
  const kind = (['option', 'mode'] as const).find((one) => orders.includes(one))
  if (kind === undefined) return null
  const word = options === null ? text : oneInAnyCase(text, options)
  if (word === null || word === '') return null
  return kind === 'option' ? { order: kind, option: word } : { order: kind, mode: word }
}

function freeText(text: string, { orders }: Takes): Order | null {
  return orders.includes('text') && text.length <= 255 ? { order: 'text', text } : null
}
