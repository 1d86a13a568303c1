import type { JsonSchema } from '../admin/described-command.ts'
import { cleanText } from '../clean-text.ts'
import { SENSOR_KINDS } from '../sensors/index.ts'
import { bytesWords, durationWords, localTime, timeWords, zonedTime } from '../time-words.ts'
import { namedUnit, withoutUnit } from './named-unit.ts'

/** What stands for a value that is not there. */
export const EMPTY = '-'

export interface Showing {
  now: number
  /** The kind of the sensor that a value is from. */
  kind?: string | undefined
  /** Where times are one below the other: `log` shows each whole, without its zone; a glance is relative where short. */
  times: 'log' | 'glance' | 'whole'
  /** Of the field: it ends with the unit of its number. */
  name?: string
}

/** A value of an answer as a person reads it, on one line and without anything that moves a terminal's cursor. */
export function showValue(value: unknown, schema: JsonSchema | undefined, showing: Showing): string {
  if (value === null || value === undefined || value === '') return EMPTY
  if (typeof value === 'number') return showNumber(value, schema, showing)
  if (value instanceof Date) return showNumber(value.getTime(), { format: 'time' }, showing)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((one) => showValue(one, schema?.items, showing)).join(', ') || EMPTY
  if (typeof value === 'object') return showPairs(value, showing)
  const text = String(value)
  const time = schema === undefined && ISO_TIME.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? cleanText(text) : showTime(time, showing)
}

/** `free=80.1 GB place=(floor=1 room=2)`. What says nothing of its unit has that of the whole. */
function showPairs(value: object, showing: Showing): string {
  const pairs = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  const shown = pairs.map(([name, inner]) => {
    const text = showValue(inner, undefined, { ...showing, name: namedUnit(name) ? name : (showing.name ?? name) })
    return `${cleanText(withoutUnit(name))}=${typeof inner === 'object' ? `(${text})` : text}`
  })
  return shown.join(' ') || EMPTY
}

/** As JSON writes a time; what has no schema may hold one. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
/** Milliseconds of the years 2001 to 2099: no number without a schema is as large and anything else. */
const FIRST_TIME = 1e12
const LAST_TIME = 4.1e12

function showTime(value: number, { now, times }: Showing): string {
  return times === 'log' ? localTime(value) : times === 'glance' ? timeWords(value, now) : zonedTime(value)
}

function showNumber(value: number, schema: JsonSchema | undefined, showing: Showing): string {
  switch (schema?.format) {
    case 'time':
      return showTime(value, showing)
    case 'duration-ms':
      return durationWords(value)
    case 'duration-s':
      return durationWords(value * 1_000)
    case 'bytes':
      return bytesWords(value)
    case 'sensor-value':
      return sensorWords(value, showing.kind)
  }
  const named = namedUnit(showing.name ?? '')
  if (named) return named(value)
  if (schema === undefined && value >= FIRST_TIME && value <= LAST_TIME) return showTime(value, showing)
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}

/** With the digits that mean something for this kind of sensor; what is 0 or 1 is off or on, and their mean in between. */
function sensorWords(value: number, name: string | undefined): string {
  const kind = SENSOR_KINDS.get(name ?? '')
  if (kind?.binary) return value === 0 ? 'off' : value === 1 ? 'on' : value.toFixed(2)
  return kind ? value.toFixed(kind.precision) : String(Number(value.toPrecision(6)))
}

/** The name of a field as a heading: without the unit, which stands beside each value. */
export function heading(name: string): string {
  const words = withoutUnit(name).replace(/_at$/, '').replaceAll('_', ' ')
  return cleanText(words.replace(/([a-z])([A-Z])/g, (_, one: string, next: string) => `${one} ${next.toLowerCase()}`))
}
