import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { durationWords } from '../../shared/time-words.ts'
import { HANGS } from '../health/file-error.ts'
import type { Deadband } from './change-filter.ts'
import { changeFilter } from './change-filter.ts'
import { checkValue } from './check-value.ts'
import type { SensorDescription, SensorResult, SensorSource } from './source.ts'
import type { Trouble } from './trouble.ts'
import { troubleReporter } from './trouble.ts'

/** A source and how often it is asked. */
export interface SampledSource {
  /** What its table is called in the file; its key is made of that. */
  table?: string
  source: SensorSource
  intervalMs: number
  /** Default 0: every change is sent. */
  deadband?: Deadband
  maxSilenceMs: number
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

/** A read that hands over nothing for so long is abandoned, unless its source knows better. */
const STEP_MS = 30_000
/** A source that failed is asked again after about this long, then ever more rarely. */
const FIRST_RETRY_MS = 2_000
const LAST_RETRY_MS = 300_000

/** The loop around one source. It has its own timer, time limit and back-off, and nothing it does reaches another. */
export class SourceLoop {
  readonly #sampled: SampledSource
  readonly #context: SamplingContext
  readonly #passes: ReturnType<typeof changeFilter>
  readonly #trouble: ReturnType<typeof troubleReporter>
  /** One for each of its sensors: an old fault of one must not hide a new one of another. */
  readonly #sensorTroubles = new Map<string, ReturnType<typeof troubleReporter>>()
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
    this.#trouble = this.#reporter(null)
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
      await this.#readInTime()
      if (!this.#running) return
      this.#trouble.worked()
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

  /** Takes each result as it comes. The time limit is one for each: it grows with the number of sensors. */
  async #readInTime(): Promise<void> {
    const { source } = this.#sampled
    const { stepMs = STEP_MS } = source
    // An abandoned read that never came back holds a bus. A second one would hold another.
    if (this.#reading) throw new LaresError('device_busy', `${source.name} still hangs`, { hint: HANGS })
    const reading = new AbortController()
    this.#reading = reading
    const late = Promise.withResolvers<never>()
    let cancel: Cancel = () => {}
    const waitForNext = () => {
      cancel()
      cancel = this.#context.clock.after(stepMs, () =>
        late.reject(
          new LaresError('device_busy', `${source.name} did not answer within ${durationWords(stepMs)}`, {
            hint: HANGS,
          }),
        ),
      )
    }
    const hand = (result: SensorResult) => {
      if (reading.signal.aborted || this.#reading !== reading) return
      waitForNext()
      this.#take(result)
    }
    waitForNext()
    const answer = (async () => source.read(reading.signal, hand))()
    const settled = () => {
      this.#reading = null
    }
    answer.then(settled, settled)
    try {
      await Promise.race([answer, late.promise])
    } catch (error) {
      reading.abort()
      throw error
    } finally {
      cancel()
    }
  }

  #take(result: SensorResult): void {
    const { clock, onReadings, onSensors } = this.#context
    const { source } = this.#sampled
    if (source.sensors !== this.#sensors) {
      this.#sensors = source.sensors
      this.#forgetGone()
      onSensors?.()
    }
    const judged = checkValue(result, this.#sensors)
    if (judged instanceof Error) {
      this.#troubleOf(result.sensor).failed(judged)
      return
    }
    this.#troubleOf(result.sensor).worked()
    const sensor = this.#sensors.find(({ key }) => key === judged.sensor)
    const mono = clock.mono()
    if (sensor && this.#passes(judged, sensor, mono)) onReadings([{ ...judged, at: clock.now(), mono }])
  }

  #forgetGone(): void {
    for (const [sensor, reporter] of this.#sensorTroubles) {
      if (this.#sensors.some(({ key }) => key === sensor)) continue
      reporter.gone()
      this.#sensorTroubles.delete(sensor)
    }
  }

  #troubleOf(sensor: string): ReturnType<typeof troubleReporter> {
    let reporter = this.#sensorTroubles.get(sensor)
    if (!reporter) {
      reporter = this.#reporter(sensor)
      this.#sensorTroubles.set(sensor, reporter)
    }
    return reporter
  }

  #reporter(sensor: string | null): ReturnType<typeof troubleReporter> {
    const { clock, onTrouble } = this.#context
    return troubleReporter({ source: this.#sampled.source.name, sensor }, clock, onTrouble)
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

/** Back on the beat after a slow read, without running after the beats that were missed. */
function untilNext(intervalMs: number, tookMs: number): number {
  return intervalMs - (tookMs % intervalMs)
}
