import { cleanText } from '../../shared/clean-text.ts'
import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { sensorKeyOf } from '../../shared/ids.ts'
import type { RefusedSensor } from '../../shared/introduced-sensors.ts'
import { describeRefused, introducible } from '../../shared/introduced-sensors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { ConfigFault } from '../config/fault.ts'
import { concernsSensors } from '../config/fault.ts'
import type { ConfiguredSensors, SensorOverrides } from '../config/load-settings.ts'
import { configureSensors } from '../config/load-settings.ts'
import type { Machine } from '../health/machine.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import { Sampler } from '../sensors/sampler.ts'
import type { SensorDescription } from '../sensors/source.ts'
import type { Trouble } from '../sensors/trouble.ts'
import { GatherReadings } from './gather-readings.ts'

export interface SensingOptions {
  tables: Readonly<Record<string, Record<string, unknown>>>
  /** Where the tables come from, for error messages. */
  file: string | null
  /** What of the configuration was left out before. */
  faults: readonly ConfigFault[]
  machine: Machine
  clock: Clock
  log: Log
  outbox: Pick<Outbox, 'readings' | 'event'>
  /** What this device has beside its sensors. They are introduced first, and no sensor may have the key of one. */
  outputs?: readonly SensorDescription[]
  /** A source found other sensors than before. */
  onSensors: () => void
}

/** Sampling into the outbox, with what the house wants to be sampled differently for now. */
export class Sensing implements Service {
  #options: SensingOptions
  #gather: GatherReadings
  #sampler: Sampler
  #introduced: ReturnType<typeof introducible> = { sensors: [], refused: [] }
  #introducedKeys = new Set<string>()
  /** What was told and is not over, each thing that can fail by itself. */
  #failing = new Map<string, Trouble>()
  #wrong: readonly ConfigFault[] = []
  #running = false

  constructor(options: SensingOptions) {
    this.#options = options
    this.#gather = new GatherReadings(options.clock, (items) => options.outbox.readings(items))
    const { sources, faults } = this.#configure({})
    this.#wrong = faults
    this.#sampler = this.#build(sources)
    this.#introduce()
  }

  start(): void {
    this.#running = true
    for (const fault of this.#wrong) this.#tellWrong(fault)
    this.#sampler.start()
  }

  stop(): void {
    this.#running = false
    this.#sampler.stop()
    this.#gather.stop()
  }

  /** How many sensors are sampled. */
  get count(): number {
    return this.#introducedKeys.size
  }

  /** What the device may introduce to the hub, outputs included. */
  sensors(): SensorDescription[] {
    return this.#introduced.sensors
  }

  /** Sensors that no hub would take. Nothing they measure is sent. */
  refused(): readonly RefusedSensor[] {
    return this.#introduced.refused
  }

  /** Whether there are, or may be, sensors beside those that are introduced. */
  get isPartial(): boolean {
    const { faults } = this.#options
    const unknown = this.#wrong.length > 0 || faults.some(concernsSensors)
    return unknown || this.#introduced.refused.length > 0 || this.#sampler.isSearching
  }

  /** Tables that are wrong. Nothing of them is sampled. */
  wrong(): readonly ConfigFault[] {
    return this.#wrong
  }

  /** Sources, and sensors of sources, that fail at the moment, each with what is wrong and what to do. */
  failing(): { key: string; message: string }[] {
    return [...this.#failing.values()].map(({ source, sensor, message }) => ({ key: sensor ?? source, message }))
  }

  /** Samples by these from now on; what is not named goes by the file. Throws when a key or value is wrong. */
  override(overrides: SensorOverrides): void {
    const keys = Object.keys(this.#options.tables).map((name) => sensorKeyOf(name) ?? name)
    const unknown = Object.keys(overrides).find((key) => !keys.includes(key))
    if (unknown !== undefined) throw new Error(`there is no [sensors.${unknown}]; there are ${keys.join(', ')}`)
    const { sources, faults } = this.#configure(overrides)
    const refused = faults.find(({ part }) => !this.#wrong.some((known) => known.part === part))
    if (refused) throw refused.error
    const next = this.#build(sources)
    this.#sampler.stop()
    this.#sampler = next
    this.#introduce()
    // The new sampler tells anew what fails, and knows nothing of what this one told.
    for (const trouble of [...this.#failing.values()])
      this.#tell({ ...trouble, state: 'recovered', message: 'is measured anew, with other settings' })
    if (this.#running) next.start()
  }

  #configure(overrides: SensorOverrides): ConfiguredSensors {
    const { tables, file, machine } = this.#options
    return configureSensors(tables, { machine, file, overrides })
  }

  #build(sources: readonly SampledSource[]): Sampler {
    const { clock, log } = this.#options
    return new Sampler({
      sources,
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
    const { outputs = [] } = this.#options
    const taken = new Set(outputs.map(({ key }) => key))
    const found = this.#sampler.current()
    const { sensors, refused } = introducible([...outputs, ...found.filter(({ key }) => !taken.has(key))])
    const clashing = found.filter(({ key }) => taken.has(key))
    const clashes = clashing.map(({ key }): RefusedSensor => ({ key, code: 'bad_config', reason: 'is an output here' }))
    this.#introduced = { sensors, refused: [...clashes, ...refused] }
    this.#introducedKeys = new Set(sensors.map(({ key }) => key).filter((key) => !taken.has(key)))
    const now = describeRefused(this.#introduced.refused)
    if (now !== null && now !== before) this.#options.log.warn({ reason: now }, 'the hub will not have every sensor')
  }

  #tell(trouble: Trouble): void {
    const { source, sensor, state, code, message } = trouble
    const key = sensor ?? source
    const failing = state === 'failing'
    const thing = JSON.stringify([source, sensor])
    if (failing) this.#failing.set(thing, trouble)
    else this.#failing.delete(thing)
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

  #tellWrong({ part, error }: ConfigFault): void {
    const key = part.replace(/^sensor /, '')
    this.#options.log.error(
      { part, error: error.message, hint: error.hint },
      'a table of the configuration is left out',
    )
    this.#options.outbox.event(
      {
        type: 'sensor_failing',
        severity: 'warning',
        description: cutText(cleanText(`${key}: ${error.message}`), 500),
        data: { source: cutText(cleanText(key), 100), code: error.code },
      },
      { urgent: true },
    )
  }
}
