/** One kind of sensor: what its numbers mean, wherever they are measured. */
export interface SensorKind {
  kind: string
  /** What a person calls it. */
  label: string
  unit: string
  /** Physically possible values, inclusive. A reading outside is kept with quality 0. `null`: no bound. */
  min: number | null
  max: number | null
  /** Digits after the point that carry meaning. */
  precision: number
  /** Home Assistant's device class, or `null` where it has none. */
  deviceClass: string | null
  /** Whether the value is 0 or 1 and shown as off and on. */
  binary: boolean
}

export function sensorKind(definition: Omit<SensorKind, 'binary'> & { binary?: boolean }): SensorKind {
  return { binary: false, ...definition }
}
