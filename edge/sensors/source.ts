import type { z } from 'zod'
import type { Machine } from '../health/machine.ts'

/** A sensor as the birth message lists it. `key` is `[a-z0-9_]{1,40}`, `kind` one of shared/sensors. */
export interface SensorDescription {
  key: string
  kind: string
  unit: string
  name: string
}

/** One measured value in its sensor's unit. `quality` is 0 to 1; absent means 1. */
export interface SensorValue {
  sensor: string
  value: number
  quality?: number
}

/** One sensor of several that could not be read this time, while the others could. */
export interface SensorFault {
  sensor: string
  error: Error
}

export type SensorResult = SensorValue | SensorFault

/** Something that measures: a chip, a file of the kernel, a program. */
export interface SensorSource {
  /** The key of its table in the configuration file. */
  readonly name: string
  /** What it measures, as far as is known now. A source that discovers its sensors knows none before its first read. */
  readonly sensors: readonly SensorDescription[]
  /** The longest that one result may take. Default 30 s. */
  readonly stepMs?: number
  /**
   * Measures once, and hands over each result as soon as it is known: a bus with fifty thermometers takes most of a minute,
   * and its time limit starts anew with each. Rejects, best with a `LaresError`, when nothing (more) can be measured.
   * Never called twice at once.
   */
  read(signal: AbortSignal, hand: (result: SensorResult) => void): Promise<void>
  close?(): void
}

/** One chip or source: how to build it from its table of the configuration file. */
export interface SourceDriver<C> {
  /** The word after `driver =` in the configuration file. */
  driver: string
  /** One line for `lares edge sensors` and the documentation. */
  summary: string
  /** Its own settings, without those that every source has. Use a strict object: an unknown key is an error. */
  settings: z.ZodType<C>
  defaults: SourceDefaults
  create(key: string, settings: C, machine: Machine): SensorSource
}

export interface SourceDefaults {
  intervalS: number
  /** Smallest change worth sending, by kind of sensor. Absent: every change. */
  deadband?: Readonly<Record<string, number>>
  /** Whether its values are invented. It is then written behind every name, whatever the configuration says. */
  simulated?: boolean
}

/** A driver with the type of its settings forgotten, as the registry holds it. */
export interface RegisteredDriver {
  readonly driver: string
  readonly summary: string
  readonly settings: z.ZodType
  readonly defaults: SourceDefaults
  /** Checks the settings and builds the source. Throws a `ZodError` that names the wrong key. */
  open(key: string, settings: unknown, machine: Machine): SensorSource
}

export function sourceDriver<C>(driver: SourceDriver<C>): RegisteredDriver {
  return { ...driver, open: (key, settings, machine) => driver.create(key, driver.settings.parse(settings), machine) }
}
