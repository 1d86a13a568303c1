import type { Cancel, Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { PinPort } from '../gpio/pin-port.ts'
import type { Machine } from '../health/machine.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { openDriver } from '../outputs/output-driver.ts'
import type { OutputPlan } from '../outputs/output-plan.ts'
import type { Reached, SafeReason, SwitchOrder } from '../outputs/safe-output.ts'
import { levelText, SafeOutput } from '../outputs/safe-output.ts'
import type { SensorDescription } from '../sensors/source.ts'
import type { Trouble } from '../sensors/trouble.ts'
import { troubleReporter } from '../sensors/trouble.ts'
import type { OutputWord } from '../status/status-file.ts'

export interface OutputsOptions {
  plans: readonly OutputPlan[]
  port: PinPort
  machine: Machine
  clock: Clock
  log: Log
  /** A level was reached, or a fault began or ended. */
  onChange: () => void
  random?: () => number
}

type Tells = Pick<Outbox, 'readings' | 'event'>
type Level = { sensor: string; value: number }

/** An unchanged level is told again after this long, as that of a sensor: silence means trouble. */
const SILENCE_MS = 900_000

/** Every output of this device. What goes wrong with one is its own. */
export class Outputs implements Service {
  readonly #options: OutputsOptions
  /** PWM channels that are taken, and by which output. */
  readonly #channels = new Map<string, OutputPlan>()
  readonly #outputs: ReadonlyMap<string, SafeOutput>
  readonly #failing = new Map<string, Trouble>()
  #outbox: Tells | null = null
  #cancel: Cancel = () => {}

  constructor(options: OutputsOptions) {
    this.#options = options
    this.#outputs = new Map(options.plans.map((plan) => [plan.key, this.#build(plan)]))
  }

  /** Whether any is configured. */
  get wanted(): boolean {
    return this.#outputs.size > 0
  }

  /**
   * Takes the safe state of all of them, before anything else of the agent can be late. Resolves when each is safe or has
   * failed; never rejects. What it finds is told at `start`.
   */
  async secure(): Promise<void> {
    await Promise.all([...this.#outputs.values()].map((output) => output.secure()))
  }

  /** Tells the hub how they are, through this outbox, and from now on what changes. */
  tellBy(outbox: Tells): void {
    this.#outbox = outbox
    this.#tellLevels()
    for (const trouble of this.#failing.values()) this.#tellTrouble(trouble)
  }

  start(): void {
    if (this.wanted) this.#cancel = this.#options.clock.every(SILENCE_MS, () => this.#tellLevels())
  }

  /** Takes the safe state of all of them and lets go. */
  async stop(): Promise<void> {
    this.#cancel()
    await Promise.all([...this.#outputs.values()].map((output) => output.stop()))
  }

  hubIsThere(): void {
    for (const output of this.#outputs.values()) output.hubIsThere()
  }

  hubIsAway(): void {
    for (const output of this.#outputs.values()) output.hubIsAway()
  }

  /** Its plan. Throws `not_found` that names those there are. */
  plan(key: string): OutputPlan {
    return this.#find(key).plan
  }

  /** Rejects as `SafeOutput.switch`, and with `not_found`. */
  switch(key: string, order: SwitchOrder): Promise<Reached> {
    return this.#find(key).switch(order)
  }

  /** As the birth introduces them: their state is told like that of a sensor. */
  sensors(): SensorDescription[] {
    return this.#options.plans.map(({ key, kind, name }) => ({ key, kind, unit: kind === 'dimmer' ? '%' : '', name }))
  }

  /** Those that cannot be driven at the moment, each with what is wrong. */
  failing(): { key: string; fault: Error }[] {
    return [...this.#outputs].flatMap(([key, { fault }]) => (fault === null ? [] : [{ key, fault }]))
  }

  /** For a person who looks at this device. */
  words(): OutputWord[] {
    return [...this.#outputs.values()].map((output) => {
      const { level, plan } = output
      const state = level === null ? null : levelText(plan, level)
      return { key: plan.key, name: plan.name, pin: plan.settings.pin, state, safe_in_ms: output.safeInMs() }
    })
  }

  #find(key: string): SafeOutput {
    const output = this.#outputs.get(key)
    if (output) return output
    const keys = [...this.#outputs.keys()]
    const nearest = nearestName(key, keys)
    const known = keys.length === 0 ? 'it has none' : `it has ${keys.join(', ')}`
    const meant = nearest === null ? known : `did you mean ${nearest}? ${known}`
    throw new LaresError('not_found', `this device has no output ${key}; ${meant}`, {
      hint: 'An output is a table [outputs.<key>] of edge.toml on that device. Its agent is restarted after it was added.',
    })
  }

  #build(plan: OutputPlan): SafeOutput {
    const { port, machine, clock, log, onChange, random } = this.#options
    const channels = this.#channels
    const trouble = troubleReporter({ source: plan.key, sensor: null }, clock, (told) => this.#takeTrouble(told))
    let told: number | null = null
    return new SafeOutput({
      plan,
      open: (onLost) => openDriver(plan, { port, machine, channels, onLost }),
      clock,
      log,
      onLevel: (level) => {
        if (level !== told) this.#tell([{ sensor: plan.key, value: level }])
        told = level
        onChange()
      },
      onSafe: (reason) => this.#tellSafe(plan, reason),
      onFault: (fault) => {
        if (fault === null) trouble.worked()
        else trouble.failed(fault)
        if (fault !== null) told = null
        onChange()
      },
      ...(random ? { random } : {}),
    })
  }

  #tellLevels(): void {
    const levels = [...this.#outputs].map(([sensor, { level }]) => ({ sensor, value: level }))
    this.#tell(levels.filter((one): one is Level => one.value !== null))
  }

  #tell(levels: readonly Level[]): void {
    const { clock } = this.#options
    const time = { at: Math.max(0, clock.now()), mono: clock.mono() }
    if (levels.length > 0) this.#outbox?.readings(levels.map((level) => ({ ...level, ...time })))
  }

  /** That its time is over is no news: whoever switched it on said so. */
  #tellSafe(plan: OutputPlan, reason: SafeReason): void {
    if (reason === 'over') return
    const { key, name, maxOnMs, hubLossMs } = plan
    const state = levelText(plan, plan.safe)
    const why =
      reason === 'max_on'
        ? `was on for ${durationWords(maxOnMs ?? 0)}, its longest time`
        : `was without the hub for ${durationWords(hubLossMs ?? 0)}`
    this.#options.log.warn({ output: key, reason, state }, 'an output took its safe state')
    this.#outbox?.event(
      {
        type: 'output_safe',
        severity: 'warning',
        description: cutText(`${name} ${why}, and is ${state} now.`, 500),
        sensor: key,
        new_state: state,
        data: { output: key, reason },
      },
      { urgent: true },
    )
  }

  #takeTrouble(trouble: Trouble): void {
    const { source, state, code, message } = trouble
    if (state === 'failing') this.#failing.set(source, trouble)
    else this.#failing.delete(source)
    this.#options.log.warn({ output: source, state, error_code: code, message }, 'an output changed its state')
    this.#tellTrouble(trouble)
  }

  /** Both in one lane, so that the end of an alarm never overtakes it. */
  #tellTrouble({ source, state, code, message }: Trouble): void {
    const failing = state === 'failing'
    this.#outbox?.event(
      {
        type: failing ? 'output_failing' : 'output_recovered',
        severity: failing ? 'warning' : 'info',
        description: cutText(`${source}: ${message}`, 500),
        sensor: source,
        data: { source, ...(failing ? { code } : {}) },
      },
      { urgent: true },
    )
  }
}
