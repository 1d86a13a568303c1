/** The value in the kind's own unit is `value * factor + offset`. */
export interface OtherUnit {
  unit: string
  factor: number
  /** Default 0. */
  offset?: number
}

/** One kind of sensor: what its numbers mean, wherever they are measured. */
export interface SensorKind {
  kind: string
  /** What a person calls it. */
  label: string
  unit: string
  /** Units that devices of others use. What is measured in them stays so; only ranges are judged in `unit`. */
  otherUnits: readonly OtherUnit[]
  /** Physically possible values in `unit`, inclusive. A reading outside is kept with quality 0. `null`: no bound. */
  min: number | null
  max: number | null
  /** Digits after the point that carry meaning. */
  precision: number
  /** Home Assistant's device class, or `null` where it has none. */
  deviceClass: string | null
  /** Whether the value is 0 or 1 and shown as off and on. */
  binary: boolean
  /** What Home Assistant calls an output whose state this is, which a command can change; `null`: it is measured. */
  output: 'switch' | 'light' | null
}

type Optional = 'binary' | 'otherUnits' | 'output'
type Definition = Omit<SensorKind, Optional> & Partial<Pick<SensorKind, Optional>>

export function sensorKind(definition: Definition): SensorKind {
  return { binary: false, otherUnits: [], output: null, ...definition }
}
