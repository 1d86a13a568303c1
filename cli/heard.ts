import { alarmWords } from '../shared/alarm-words.ts'
import { cleanText } from '../shared/clean-text.ts'
import type { Wire } from '../shared/codec.ts'
import { onOffText } from '../shared/on-off-text.ts'
import { stateText } from '../shared/state-text.ts'
import { showValue } from '../shared/terminal/show-value.ts'
import { zonedTime } from '../shared/time-words.ts'

export interface HouseEvent {
  id: number
  type: string
  severity: string
  /** When it happened at its source, milliseconds since 1970 UTC. */
  at: number
  house: string | null
  /** What its source said in words; absent where the hub knows only its kind. */
  description?: string
  data: Record<string, unknown>
}

/** What the hub says of its house. `null` is what it has cleared. */
export type Heard =
  /** `measures`: what a reading is of, as `sensor_type` names it; absent for a state as the hub publishes it. */
  | { kind: 'state'; device: string; sensor: string; state: Wire<'state'> | null; measures?: string }
  | { kind: 'status'; device: string; status: Wire<'status'> | null }
  | { kind: 'event'; event: HouseEvent }

/** Severities that a line is not marked with. */
const QUIET: ReadonlySet<string> = new Set(['debug', 'info'])

/** What is known of those that are heard: names by the ids of devices and sensors, types of entities by those of sensors. */
export interface Known {
  names: ReadonlyMap<string, string>
  types?: ReadonlyMap<string, string>
}

/** One line of what was heard, for a person. */
export function line(heard: Heard, { names, types }: Known): string {
  const nameOf = (device: string) => names.get(device) ?? device
  switch (heard.kind) {
    case 'state': {
      const { state, measures } = heard
      const shown = (known: Wire<'state'>) =>
        measures === undefined ? shownState(known, types?.get(sensorId(heard))) : shownReading(known, measures)
      const value = state ? `${shown(state)} ${state.unit}` : 'gone'
      const time = state ? zonedTime(state.at) : '-'
      return cleanText(`${time}  ${nameOf(heard.device)}  ${sensorName(names, heard)}  ${value}`.trimEnd())
    }
    case 'status': {
      const { status } = heard
      const time = status ? zonedTime(status.since) : '-'
      const words = status ? [`${status.status} (${status.reason})`, ...alarmsOf(status)].join('; ') : 'gone'
      return cleanText(`${time}  ${nameOf(heard.device)}  ${words}`)
    }
    case 'event': {
      const { type, severity, at, description, data } = heard.event
      const { device, ...rest } = data
      const facts = Object.keys(rest).length > 0 ? [showValue(rest, undefined, { now: 0, times: 'whole' })] : []
      const words = [
        zonedTime(at),
        ...(QUIET.has(severity) ? [] : [severity]),
        type,
        ...(typeof device === 'string' ? [nameOf(device)] : []),
        ...(description === undefined ? [] : [description]),
        ...facts,
      ]
      return cleanText(words.join('  '))
    }
  }
}

/** Numbers with the digits that matter, of what is on or off in these words, everything else in those of `stateText`. */
export function shownState(state: Wire<'state'>, type = ''): string {
  const text = stateText(state)
  const level = onOffText(type, text)
  return typeof state.value === 'number' && level === text
    ? showValue(state.value, undefined, { now: 0, times: 'whole' })
    : cleanText(level)
}

/** As the lists of readings show it: what is 1 or 0 of its kind as on or off, other numbers with the digits of their kind. */
function shownReading({ value }: Wire<'state'>, kind: string): string {
  return showValue(value, { format: 'sensor-value' }, { now: 0, kind, times: 'whole' })
}

/** What people call a sensor, kept beside the names of devices; its key where nobody said. */
export function sensorName(names: ReadonlyMap<string, string>, of: SensorOf): string {
  return names.get(sensorId(of)) ?? of.sensor
}

/** Under what the name of a sensor is kept; the id of a device holds no slash. */
export function sensorId({ device, sensor }: SensorOf): string {
  return `${device}/${sensor}`
}

interface SensorOf {
  device: string
  sensor: string
}

function alarmsOf({ alarms = [] }: Wire<'status'>): string[] {
  return alarms.map((alarm) => `${alarmWords(alarm)} (since ${zonedTime(alarm.since)})`)
}

/** One object of what was heard, for a program. */
export function bare(heard: Heard): object {
  if (heard.kind === 'event') return heard.event
  if (heard.kind === 'state') return { device: heard.device, sensor: heard.sensor, ...(heard.state ?? { value: null }) }
  return { device: heard.device, ...(heard.status ?? { status: null }) }
}
