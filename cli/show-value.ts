import type { JsonSchema } from '../shared/admin/described-command.ts'
import { cleanText } from '../shared/clean-text.ts'
import { SENSOR_KINDS } from '../shared/sensors/index.ts'
import { bytesWords, durationWords, localTime, timeWords, zonedTime } from '../shared/time-words.ts'

/** What stands for a value that is not there. */
export const EMPTY = '-'

export interface Showing {
  now: number
  /** The kind of the sensor that a value is from. */
  kind?: string | undefined
  /** Where times are one below the other: `log` shows each whole, without its zone; a glance is relative where short. */
  times: 'log' | 'glance' | 'whole'
}

/** A value of an answer as a person reads it, on one line and without anything that moves a terminal's cursor. */
export function showValue(value: unknown, schema: JsonSchema | undefined, showing: Showing): string {
  if (value === null || value === undefined || value === '') return EMPTY
  if (typeof value === 'number') return showNumber(value, schema, showing)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? EMPTY : value.map((one) => plain(one, showing)).join(', ')
  return plain(value, showing)
}

function plain(value: unknown, showing: Showing): string {
  if (typeof value !== 'object' || value === null) return cleanText(String(value ?? EMPTY))
  const pairs = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  return pairs.map(([name, inner]) => `${cleanText(name)}=${showValue(inner, undefined, showing)}`).join(' ') || EMPTY
}

function showNumber(value: number, schema: JsonSchema | undefined, { now, kind, times }: Showing): string {
  switch (schema?.format) {
    case 'time':
      return times === 'log' ? localTime(value) : times === 'glance' ? timeWords(value, now) : zonedTime(value)
    case 'duration-ms':
      return durationWords(value)
    case 'duration-s':
      return durationWords(value * 1_000)
    case 'bytes':
      return bytesWords(value)
    case 'sensor-value':
      return sensorWords(value, kind)
    default:
      return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
  }
}

/** With the digits that mean something for this kind of sensor; what is 0 or 1 is off or on. */
function sensorWords(value: number, name: string | undefined): string {
  const kind = SENSOR_KINDS.get(name ?? '')
  if (kind?.binary && (value === 0 || value === 1)) return value === 1 ? 'on' : 'off'
  return kind ? value.toFixed(kind.precision) : String(Number(value.toPrecision(6)))
}

/** The name of a field as a heading: without the unit, which stands beside each value. */
export function heading(name: string): string {
  return cleanText(name.replace(/_(?:ms|at)$/, '').replaceAll('_', ' '))
}
