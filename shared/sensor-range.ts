import { SENSOR_KINDS } from './sensors/index.ts'
import type { SensorKind } from './sensors/kind.ts'

/**
 * Whether a value is physically possible for its kind, judged in the kind's own unit: 101,325 is a fine pressure in Pa and
 * none in hPa. Of a unit that is not known for the kind, and of an unknown kind, nothing can be said: true.
 */
export function isPossible(kindName: string, unit: string, value: number): boolean {
  const kind = SENSOR_KINDS.get(kindName)
  const own = kind ? inOwnUnit(kind, unit, value) : null
  if (!kind || own === null) return true
  return (kind.min === null || own >= kind.min) && (kind.max === null || own <= kind.max)
}

/** Home Assistant's device class, which fits only with a unit of the kind; `null` without. */
export function deviceClassOf(kindName: string, unit: string): string | null {
  const kind = SENSOR_KINDS.get(kindName)
  return kind && inOwnUnit(kind, unit, 0) !== null ? kind.deviceClass : null
}

function inOwnUnit({ unit: own, otherUnits }: SensorKind, unit: string, value: number): number | null {
  if (unit === own || unit === '') return value
  const other = otherUnits.find((one) => one.unit === unit)
  if (!other) return null
  // A bound that was written in the other unit must not fall out of its own by a last digit.
  return Number((value * other.factor + (other.offset ?? 0)).toPrecision(12))
}
