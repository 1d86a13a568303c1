import type { SensorDescription, SensorValue } from './source.ts'

/** Smallest change worth sending: for every sensor, by sensor key, or by description. 0 is every change. */
export type Deadband = number | ReadonlyMap<string, number> | ((sensor: SensorDescription) => number)

export interface ChangeFilterOptions {
  deadband: Deadband
  /** After this long an unchanged value is sent all the same. */
  maxSilenceMs: number
}

interface Sent {
  value: number
  quality: number
  mono: number
}

/**
 * Lets a value through when it moved by the deadband or more since the last one that passed (not since the last one
 * measured: a slow drift would never pass), when its quality changed, or when it was silent for too long.
 */
export function changeFilter({ deadband, maxSilenceMs }: ChangeFilterOptions) {
  const sent = new Map<string, Sent>()
  return (reading: SensorValue, sensor: SensorDescription, mono: number): boolean => {
    const { value, quality = 1 } = reading
    const last = sent.get(sensor.key)
    if (last && last.quality === quality && mono - last.mono < maxSilenceMs) {
      const moved = Math.abs(value - last.value)
      // 21.2 - 21.1 is a little less than 0.1.
      if (moved === 0 || moved < deadbandOf(deadband, sensor) - 1e-9) return false
    }
    sent.set(sensor.key, { value, quality, mono })
    return true
  }
}

function deadbandOf(deadband: Deadband, sensor: SensorDescription): number {
  if (typeof deadband === 'number') return deadband
  return typeof deadband === 'function' ? deadband(sensor) : (deadband.get(sensor.key) ?? 0)
}
