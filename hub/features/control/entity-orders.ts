import { readBoolean } from '../../../shared/booleans.ts'
import { LaresError } from '../../../shared/errors.ts'

/** What an entity that a bridge or connection speaks for can be told. */
export interface Takes {
  /** on, off, level, press, value, option, open, close, stop, position, lock, unlock, temperature, mode, text. */
  orders: readonly string[]
  /** Words that it takes as option or mode; `null`: any. */
  options: readonly string[] | null
  /** Numbers that it takes as value or temperature; `null`: any. */
  range: { min: number; max: number; step: number } | null
}

/** One of those orders. Percent are 0 to 100, of light, speed, or the way from closed to open. */
export type Order =
  | { order: 'on' | 'off' | 'toggle' | 'press' | 'open' | 'close' | 'stop' | 'lock' | 'unlock' }
  | { order: 'level' | 'position'; percent: number }
  | { order: 'value'; value: number }
  | { order: 'option'; option: string }
  | { order: 'text'; text: string }
  | { order: 'temperature'; degrees: number }
  | { order: 'mode'; mode: string }

const PLAIN = ['on', 'off', 'press', 'open', 'close', 'stop', 'lock', 'unlock'] as const

/** The order that a person means by a word or number, of those that the entity takes. Throws `bad_params` with what it takes. */
export function readOrder(given: string | number | boolean, takes: Takes, called: string): Order {
  const text = String(given).trim()
  const order = plainOrder(text, takes) ?? numberOrder(text, takes) ?? wordOrder(text, takes)
  if (order !== null) return order
  const words = takenWords(takes)
  throw new LaresError('bad_params', `${called} does not take ${text === '' ? 'nothing' : text}`, {
    hint: words.length === 0 ? 'It can only be read.' : `It takes ${words.join(', ')}.`,
  })
}

/** An order in the words in which it was given. */
export function orderedWords(order: Order): string {
  if ('percent' in order) return `${order.percent} %`
  if ('value' in order) return String(order.value)
  if ('degrees' in order) return String(order.degrees)
  if ('option' in order) return order.option
  if ('text' in order) return order.text
  return 'mode' in order ? order.mode : order.order
}

function plainOrder(text: string, { orders }: Takes): Order | null {
  const word = text.toLowerCase()
  const plain = PLAIN.find((one) => one === word)
  if (plain !== undefined && orders.includes(plain)) return { order: plain }
  if (!orders.includes('on') || !orders.includes('off')) return null
  if (word === 'toggle') return { order: 'toggle' }
  const yes = readBoolean(word)
  return yes === null ? null : { order: yes ? 'on' : 'off' }
}

function numberOrder(text: string, { orders, range }: Takes): Order | null {
  const [, digits, percent] = /^(-?\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? []
  if (digits === undefined) return null
  const value = Number(digits)
  const share = (['level', 'position'] as const).find((one) => orders.includes(one))
  if (share !== undefined && value >= 0 && value <= 100) return { order: share, percent: value }
  if (percent === '%' || (range !== null && (value < range.min || value > range.max))) return null
  if (orders.includes('value')) return { order: 'value', value }
  return orders.includes('temperature') ? { order: 'temperature', degrees: value } : null
}

function wordOrder(text: string, { orders, options }: Takes): Order | null {
  const kind = (['option', 'mode'] as const).find((one) => orders.includes(one))
  const folded = text.toLocaleLowerCase('en')
  const word = options === null ? text : options.find((one) => one.toLocaleLowerCase('en') === folded)
  if (kind !== undefined && word) return kind === 'option' ? { order: kind, option: word } : { order: kind, mode: word }
  return orders.includes('text') && text.length <= 255 ? { order: 'text', text } : null
}

/** What may be written, in words. */
function takenWords({ orders, options, range }: Takes): string[] {
  const has = (order: string) => orders.includes(order)
  const number = range === null ? 'a number' : `a number from ${range.min} to ${range.max}`
  return [
    ...PLAIN.filter(has),
    ...(has('on') && has('off') ? ['toggle'] : []),
    ...(has('level') || has('position') ? ['0% to 100%'] : []),
    ...(has('value') || has('temperature') ? [number] : []),
    ...(has('option') || has('mode') ? (options ?? ['a word']) : []),
    ...(has('text') ? ['a text'] : []),
  ]
}
