import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Deadband } from './change-filter.ts'
import { changeFilter } from './change-filter.ts'
import { judge } from './judge.ts'
import type { SensorDescription, SensorResult, SensorSource } from './source.ts'
import type { Trouble } from './trouble.ts'
import { troubleReporter } from './trouble.ts'

/** A source and how often it is asked. */
export interface SampledSource {
  source: SensorSource
  intervalMs: number
  /** Default 0: every change is sent. */
  deadband?: Deadband
  maxSilenceMs: number
  /** A read that takes longer is abandoned. Default 30 s; a source with its own limit should be below it. */
  timeoutMs?: number
}

/** A measured value with both clocks at the moment it was known. */
export interface Reading {
  sensor: string
  value: number
  quality?: number
  at: number
  mono: number
}

export interface SamplingContext {
  clock: Clock
  log: Log
  onReadings: (items: Reading[]) => void
  onTrouble: (trouble: Trouble) => void
  /** The sensors of a source changed, so the birth message is no longer true. */
  onSensors?: () => void
  random?: () => number
}

const TIMEOUT_MS = 30_000
/** A source that failed is asked again after about this long, then ever more rarely. */
const FIRST_RETRY_MS = 2_000
const LAST_RETRY_MS = 300_000

const STILL_HANGING = Symbol('still hanging')

/** The loop around one source. It has its own timer, time limit and back-off, and nothing it does reaches another. */
export class SourceLoop {
  readonly #sampled: SampledSource
  readonly #context: SamplingContext
  readonly #passes: ReturnType<typeof changeFilter>
  readonly #trouble: ReturnType<typeof troubleReporter>
  readonly #backoff: Backoff
  #sensors: readonly SensorDescription[]
  #cancel: Cancel = () => {}
  #reading: AbortController | null = null
  #running = false

  constructor(sampled: SampledSource, context: SamplingContext) {
    const { source, intervalMs, deadband = 0, maxSilenceMs } = sampled
    this.#sampled = sampled
    this.#context = guarded(context)
    this.#sensors = source.sensors
    this.#passes = changeFilter({ deadband, maxSilenceMs })
    this.#trouble = troubleReporter(source.name, context.clock, this.#context.onTrouble)
    this.#backoff = new Backoff({
      firstMs: Math.min(intervalMs, FIRST_RETRY_MS),
      capMs: Math.max(intervalMs, LAST_RETRY_MS),
      ...(context.random ? { random: context.random } : {}),
    })
  }

  get sensors(): readonly SensorDescription[] {
    return this.#sensors
  }

  /** Reads at once, then every interval. */
  start(): void {
    this.#running = true
    void this.#sample()
  }

  stop(): void {
    this.#running = false
    this.#cancel()
    this.#reading?.abort()
    try {
      this.#sampled.source.close?.()
    } catch (error) {
      this.#context.log.warn(
        { source: this.#sampled.source.name, error: asError(error).message },
        'a source did not close',
      )
    }
  }

  /** Never rejects: whatever a source does, the next sample is planned. */
  async #sample(): Promise<void> {
    const { clock, log } = this.#context
    const started = clock.mono()
    let delay: number
    try {
      const results = await this.#readInTime()
      if (!this.#running) return
      this.#take(results)
      this.#backoff.reset()
      delay = untilNext(this.#sampled.intervalMs, clock.mono() - started)
    } catch (error) {
      if (!this.#running) return
      log.debug({ source: this.#sampled.source.name, error: asError(error).message }, 'a source failed')
      this.#trouble.failed(error)
      delay = this.#backoff.next()
    }
    this.#cancel = clock.after(delay, () => void this.#sample())
  }

  async #readInTime(): Promise<SensorResult[]> {
    const { source, timeoutMs = TIMEOUT_MS } = this.#sampled
    // An abandoned read that never came back holds a bus or a thread. A second one would hold another.
    if (this.#reading) throw new LaresError('device_busy', `${source.name} still hangs`, { hint: HANGS })
    const reading = new AbortController()
    this.#reading = reading
    let cancel: Cancel = () => {}
    const timeout = new Promise<typeof STILL_HANGING>((resolve) => {
      cancel = this.#context.clock.after(timeoutMs, () => resolve(STILL_HANGING))
    })
    const answer = (async () => source.read(reading.signal))()
    const settled = () => {
      this.#reading = null
    }
    answer.then(settled, settled)
    const first = await Promise.race([answer, timeout])
    cancel()
    if (first !== STILL_HANGING) return first
    reading.abort()
    throw new LaresError('device_busy', `${source.name} did not answer within ${timeoutMs} ms`, { hint: HANGS })
  }

  #take(results: SensorResult[]): void {
    const { clock, onReadings, onSensors } = this.#context
    const { source } = this.#sampled
    if (source.sensors !== this.#sensors) {
      this.#sensors = source.sensors
      onSensors?.()
    }
    const [at, mono] = [clock.now(), clock.mono()]
    const items: Reading[] = []
    const faults: Error[] = []
    for (const result of results) {
      const judged = judge(result, this.#sensors)
      if (judged instanceof Error) {
        faults.push(judged)
        continue
      }
      const sensor = this.#sensors.find(({ key }) => key === judged.sensor)
      if (sensor && this.#passes(judged, sensor, mono)) items.push({ ...judged, at, mono })
    }
    if (items.length > 0) onReadings(items)
    if (faults.length === 0) this.#trouble.worked()
    else this.#trouble.failed(joined(faults))
  }
}

/** The callbacks belong to somebody else: a full outbox is no fault of the sensor and must not end its loop. */
function guarded(context: SamplingContext): SamplingContext {
  const { log, onReadings, onTrouble, onSensors } = context
  const guard = <A extends unknown[]>(call: (...args: A) => void) => {
    return (...args: A) => {
      try {
        call(...args)
      } catch (error) {
        log.error({ error: asError(error).message }, 'what a sensor measured could not be handed over')
      }
    }
  }
  return {
    ...context,
    onReadings: guard(onReadings),
    onTrouble: guard(onTrouble),
    ...(onSensors ? { onSensors: guard(onSensors) } : {}),
  }
}

const HANGS = 'Its driver or cable hangs. Unplug the sensor, or restart the machine.'

/** Back on the beat after a slow read, without running after the beats that were missed. */
function untilNext(intervalMs: number, tookMs: number): number {
  return intervalMs - (tookMs % intervalMs)
}

/** Several sensors of one source failed: the first one's code and remedy, and how many more there are. */
function joined(faults: Error[]): Error {
  const [first = new Error('no sensor could be read'), ...others] = faults
  if (others.length === 0 || !(first instanceof LaresError)) return first
  return new LaresError(first.code, `${first.message} (and ${others.length} more)`, { hint: first.hint, cause: first })
}
