import type { Clock } from '../shared/clock.ts'
import { cutText } from '../shared/cut-text.ts'
import type { RefusedSensor } from '../shared/introduced-sensors.ts'
import { describeRefused, introducible } from '../shared/introduced-sensors.ts'
import type { Service } from '../shared/lifecycle.ts'
import type { Log } from '../shared/log.ts'
import type { SensorOverrides } from './config/load.ts'
import { configureSensors } from './config/load.ts'
import { GatherReadings } from './gather-readings.ts'
import type { Machine } from './health/machine.ts'
import type { Outbox } from './outbox/outbox.ts'
import { Sampler } from './sensors/sampler.ts'
import type { SensorDescription } from './sensors/source.ts'
import type { Trouble } from './sensors/trouble.ts'

export interface SensingOptions {
  tables: Readonly<Record<string, Record<string, unknown>>>
  /** Where the tables come from, for error messages. */
  file: string | null
  machine: Machine
  clock: Clock
  log: Log
  outbox: Pick<Outbox, 'readings' | 'event'>
  /** A source found other sensors than before. */
  onSensors: () => void
}

/** Sampling into the outbox, with what the house wants to be sampled differently for now. */
export class Sensing implements Service {
  #options: SensingOptions
  #gather: GatherReadings
  #sampler: Sampler
  #overrides: SensorOverrides = {}
  #introduced: ReturnType<typeof introducible> = { sensors: [], refused: [] }
  #introducedKeys = new Set<string>()
  #failing = new Map<string, string>()
  #running = false

  /** Throws `bad_config` when a table is wrong. */
  constructor(options: SensingOptions) {
    this.#options = options
    this.#gather = new GatherReadings(options.clock, (items) => options.outbox.readings(items))
    this.#sampler = this.#build()
    this.#introduce()
  }

  start(): void {
    this.#running = true
    this.#sampler.start()
  }

  stop(): void {
    this.#running = false
    this.#sampler.stop()
    this.#gather.stop()
  }

  /** What the device may introduce to the hub. */
  sensors(): SensorDescription[] {
    return this.#introduced.sensors
  }

  /** Sensors that no hub would take. Nothing they measure is sent. */
  refused(): readonly RefusedSensor[] {
    return this.#introduced.refused
  }

  /** Whether there are, or may be, sensors beside those that are introduced. */
  get isPartial(): boolean {
    return this.#introduced.refused.length > 0 || this.#sampler.isSearching
  }

  /** Sources, and sensors of sources, that fail at the moment, each with what is wrong and what to do. */
  failing(): { key: string; message: string }[] {
    return [...this.#failing].map(([key, message]) => ({ key, message }))
  }

  /** Samples by these from now on; what is not named goes by the file. Throws when a key or value is wrong. */
  override(overrides: SensorOverrides): void {
    const unknown = Object.keys(overrides).find((key) => !Object.hasOwn(this.#options.tables, key))
    if (unknown !== undefined)
      throw new Error(`there is no [sensors.${unknown}]; there are ${Object.keys(this.#options.tables).join(', ')}`)
    const before = this.#overrides
    this.#overrides = overrides
    let next: Sampler
    try {
      next = this.#build()
    } catch (error) {
      this.#overrides = before
      throw error
    }
    this.#sampler.stop()
    this.#sampler = next
    this.#introduce()
    // The new sampler tells anew what fails.
    this.#failing.clear()
    if (this.#running) next.start()
  }

  #build(): Sampler {
    const { tables, file, machine, clock, log } = this.#options
    return new Sampler({
      sources: configureSensors(tables, { machine, file, overrides: this.#overrides }),
      clock,
      log,
      onReadings: (items) => this.#gather.add(items.filter(({ sensor }) => this.#introducedKeys.has(sensor))),
      onTrouble: (trouble) => this.#tell(trouble),
      onSensors: () => {
        this.#introduce()
        this.#options.onSensors()
      },
    })
  }

  #introduce(): void {
    const before = describeRefused(this.#introduced.refused)
    this.#introduced = introducible(this.#sampler.current())
    this.#introducedKeys = new Set(this.#introduced.sensors.map(({ key }) => key))
    const now = describeRefused(this.#introduced.refused)
    if (now !== null && now !== before) this.#options.log.warn({ reason: now }, 'the hub will not have every sensor')
  }

  #tell({ source, sensor, state, code, message }: Trouble): void {
    const key = sensor ?? source
    const failing = state === 'failing'
    if (failing) this.#failing.set(key, message)
    else this.#failing.delete(key)
    this.#options.log.warn({ source, sensor, state, error_code: code, message }, 'a sensor changed its state')
    // Both in one lane, so that the end of an alarm never overtakes it.
    this.#options.outbox.event(
      {
        type: failing ? 'sensor_failing' : 'sensor_recovered',
        severity: failing ? 'warning' : 'info',
        description: cutText(`${key}: ${message}`, 500),
        data: { source, ...(sensor === null ? {} : { sensor }), ...(failing ? { code } : {}) },
      },
      { urgent: true },
    )
  }
}
