import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { BoundedDriver } from './bounded-driver.ts'
import type { OutputDriver } from './output-driver.ts'
import type { OutputPlan } from './output-plan.ts'

/** Why an output went into its safe state by itself while it was in another. `over`: its time was. */
export type SafeReason = 'hub_loss' | 'max_on' | 'over'

export interface SafeOutputOptions {
  plan: OutputPlan
  /** Takes hold of it, in its safe state. `onLost` is told when it lost its level afterwards. */
  open: (onLost: (fault: Error) => void) => Promise<OutputDriver>
  clock: Clock
  log: Log
  /** The board has this level; told also when it is the same again. */
  onLevel: (level: number) => void
  /** It went into its safe state by itself. */
  onSafe: (reason: SafeReason) => void
  /** It cannot be driven, or can again. Called at every try. */
  onFault: (fault: Error | null) => void
  random?: () => number
}

export interface SwitchOrder {
  /** In the unit of its kind; `toggle`: off when it is on, else on. */
  level: number | 'toggle'
  /** So long, and it takes its safe state again. */
  forMs: number | null
  /** On the monotonic clock: after it nothing is switched any more. */
  deadline: number
}

export interface Reached {
  level: number
  /** Until it takes its safe state by itself; `null`: it does not. */
  safeInMs: number | null
}

/**
 * One output. It is in its safe state from the first moment, takes it when its longest time is over, when the hub is away for
 * too long and when it stops, and stays there until somebody switches it. An output that cannot be driven is tried again with
 * growing patience, always towards its safe state, and no other output notices.
 */
export class SafeOutput {
  readonly #options: SafeOutputOptions
  readonly #driver: BoundedDriver
  readonly #backoff: Backoff
  #level: number | null = null
  #fault: Error | null = null
  #stopped = false
  #last: Promise<void> = Promise.resolve()
  #onSince: number | null = null
  #cancelMaxOn: Cancel = () => {}
  #overAt: number | null = null
  #cancelOver: Cancel = () => {}
  #hubLostAt: number | null = null
  #cancelLoss: Cancel = () => {}
  #cancelRetry: Cancel = () => {}

  constructor(options: SafeOutputOptions) {
    const { open, clock, plan, random } = options
    this.#options = options
    this.#driver = new BoundedDriver({ name: plan.key, open: () => open((fault) => this.#lost(fault)), clock })
    this.#backoff = new Backoff({ firstMs: 1_000, capMs: 60_000, ...(random ? { random } : {}) })
  }

  get plan(): OutputPlan {
    return this.#options.plan
  }

  /** What the board has; `null` while that is not known. */
  get level(): number | null {
    return this.#level
  }

  /** Why it cannot be driven now, or `null`. */
  get fault(): Error | null {
    return this.#fault
  }

  /** Takes hold of it. Resolves when it is safe or has failed; then it is tried again. Never rejects. */
  secure(): Promise<void> {
    return this.#enqueue(() => this.#makeSafe())
  }

  /** Rejects with `expired`, with `unreachable` after the loss of the hub, and with what is wrong with the output. */
  async switch(order: SwitchOrder): Promise<Reached> {
    if (this.#stopped) throw stopping()
    const reached = Promise.withResolvers<Reached>()
    await this.#enqueue(async () => {
      try {
        reached.resolve(await this.#switch(order))
      } catch (error) {
        reached.reject(error)
      }
    })
    return reached.promise
  }

  /** The hub can be reached; what was made safe stays so. */
  hubIsThere(): void {
    this.#hubLostAt = null
    this.#cancelLoss()
  }

  /** The hub is away since now. Calling it again changes nothing. */
  hubIsAway(): void {
    const { clock, plan } = this.#options
    if (this.#hubLostAt !== null) return
    this.#hubLostAt = clock.mono()
    if (plan.hubLossMs !== null) this.#cancelLoss = clock.after(plan.hubLossMs, () => this.#becomeSafe('hub_loss'))
  }

  /** Takes the safe state and lets go. From now on nothing is switched. Safe to call twice. */
  stop(): Promise<void> {
    for (const cancel of [this.#cancelMaxOn, this.#cancelOver, this.#cancelLoss, this.#cancelRetry]) cancel()
    if (this.#stopped) return this.#last
    const over = this.#enqueue(async () => {
      await this.#makeSafe()
      await this.#driver.close()
    })
    this.#stopped = true
    return over
  }

  /** How long until it takes its safe state by itself. */
  safeInMs(): number | null {
    const { clock, plan } = this.#options
    const ends = [
      ...(this.#overAt === null ? [] : [this.#overAt]),
      ...(this.#onSince === null || plan.maxOnMs === null ? [] : [this.#onSince + plan.maxOnMs]),
    ]
    return ends.length === 0 ? null : Math.max(0, Math.min(...ends) - clock.mono())
  }

  async #switch({ level: wanted, forMs, deadline }: SwitchOrder): Promise<Reached> {
    const { clock, plan } = this.#options
    if (this.#stopped) throw stopping()
    if (clock.mono() > deadline) throw new LaresError('expired', `${plan.key} was not switched in time`)
    if (this.#fault !== null) throw refused(plan.key, this.#fault)
    if (this.#isHubLost()) throw new LaresError('unreachable', `${plan.key} stays in its safe state: the hub is away`)
    const level = wanted === 'toggle' ? (this.#level ? 0 : plan.full) : wanted
    try {
      await this.#drive(level)
    } catch (error) {
      throw refused(plan.key, asError(error))
    }
    this.#limit(level === plan.safe ? null : forMs)
    return { level, safeInMs: this.safeInMs() }
  }

  #isHubLost(): boolean {
    const { clock, plan } = this.#options
    return this.#hubLostAt !== null && plan.hubLossMs !== null && clock.mono() - this.#hubLostAt >= plan.hubLossMs
  }

  #limit(forMs: number | null): void {
    const { clock } = this.#options
    this.#cancelOver()
    this.#overAt = forMs === null ? null : clock.mono() + forMs
    if (forMs !== null) this.#cancelOver = clock.after(forMs, () => this.#becomeSafe('over'))
  }

  /** In its safe state already, there is nothing to tell. */
  #becomeSafe(reason: SafeReason): void {
    void this.#enqueue(async () => {
      const { plan, onSafe } = this.#options
      if (this.#level === plan.safe) return
      if (await this.#makeSafe()) onSafe(reason)
    })
  }

  async #makeSafe(): Promise<boolean> {
    this.#limit(null)
    try {
      await this.#drive(this.plan.safe)
      return true
    } catch {
      return false // told by `onFault`, and tried again
    }
  }

  async #drive(level: number): Promise<void> {
    const { onLevel, onFault } = this.#options
    try {
      await this.#driver.set(level)
    } catch (error) {
      this.#failed(asError(error))
      throw error
    }
    this.#level = level
    this.#fault = null
    // It is where somebody wanted it: a try that was to make it safe must not undo that.
    this.#cancelRetry()
    this.#backoff.reset()
    this.#count(level)
    onFault(null)
    onLevel(level)
  }

  /** The time that it is on counts from when it was switched on, however often that is asked for again. */
  #count(level: number): void {
    const { clock, plan } = this.#options
    const counts = level > 0 && level !== plan.safe
    if (counts && this.#onSince !== null) return
    this.#cancelMaxOn()
    this.#onSince = counts ? clock.mono() : null
    if (counts && plan.maxOnMs !== null) this.#cancelMaxOn = clock.after(plan.maxOnMs, () => this.#becomeSafe('max_on'))
  }

  /** Nobody knows what the board does now: it is made safe as after any other fault. */
  #lost(fault: Error): void {
    if (!this.#stopped) this.#failed(fault)
  }

  #failed(error: Error): void {
    const { clock, log, plan, onFault } = this.#options
    log.debug({ output: plan.key, error: error.message }, 'an output could not be driven')
    this.#level = null
    this.#fault = error
    onFault(error)
    if (this.#stopped) return
    this.#cancelRetry()
    this.#cancelRetry = clock.after(this.#backoff.next(), () => void this.secure())
  }

  /** One after the other. Each is bounded by its driver, so nobody waits for ever. */
  #enqueue(work: () => Promise<unknown>): Promise<void> {
    if (!this.#stopped) this.#last = this.#last.then(async () => void (await work()))
    return this.#last
  }
}

const stopping = () => new LaresError('unreachable', 'the agent stops')

function refused(key: string, fault: Error): LaresError {
  const code = fault instanceof LaresError ? fault.code : 'device_missing'
  const hint = fault instanceof LaresError ? { hint: fault.hint } : {}
  return new LaresError(code, `${key} cannot be switched: ${fault.message}`, { cause: fault, ...hint })
}

/** What a person reads of a level: `on`, `off`, `40 %`. */
export function levelText({ kind }: Pick<OutputPlan, 'kind'>, level: number): string {
  return kind === 'switch' ? (level === 1 ? 'on' : 'off') : `${level} %`
}
