import { Backoff } from '../../shared/backoff.ts'
import type { Clock } from '../../shared/clock.ts'
import { wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { HubConnection } from './hub-connection.ts'

/** A connection that lasted this long was good: the next failure starts from the shortest delay again. */
const LASTED_MS = 30_000
const BACKOFF = { firstMs: 1_000, capMs: 60_000 }

export interface LinkState {
  state: 'offline' | 'connecting' | 'online'
  /** Why there is no connection, with the remedy, or `null` while there is one. */
  reason: string | null
  code: string | null
  /** The address in use or tried last. */
  address: string
}

export interface Opened {
  connection: HubConnection
  address: string
}

/** What is known of an end beside what the socket says. */
export interface Aftermath {
  /** The reason for people. */
  error: Error
  /** For about how long the hub is left alone. */
  restMs: number
}

export interface ConnectLoopOptions {
  /** `host:port`. All are tried before the loop backs off, the last that was good first. */
  addresses: readonly string[]
  clock: Clock
  log: Log
  random?: () => number
  /** Opens one connection, to whichever of the addresses answers. */
  open: (addresses: readonly string[], signal: AbortSignal) => Promise<Opened>
  /** Called once for each connection that was opened, when it has ended. `stopping`: because of `stop`. */
  onEnded?: (ended: { error: Error | null; stopping: boolean }) => void
  onState?: (state: LinkState) => void
  /** Asked when there is no connection: whether somebody knows better why, and for how long to leave it. */
  aftermath?: () => Aftermath | null
}

/**
 * Keeps one connection: opens it at one of the addresses, waits for its end, backs off 1 to 60 s with jitter, opens again.
 */
export class ConnectLoop implements Service {
  #options: ConnectLoopOptions
  #backoff: Backoff
  #stopping = new AbortController()
  #running: Promise<void> | null = null
  #connection: HubConnection | null = null
  #state: LinkState
  #lastGood: string | null = null
  #lastReason: string | null = null

  constructor(options: ConnectLoopOptions) {
    this.#options = options
    this.#backoff = new Backoff({ ...BACKOFF, ...(options.random ? { random: options.random } : {}) })
    this.#state = { state: 'offline', reason: 'not started', code: null, address: options.addresses[0] ?? '' }
  }

  get state(): LinkState {
    return this.#state
  }

  /** The open connection, or `null`. */
  get connection(): HubConnection | null {
    return this.#connection
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#connection?.end()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#connectOnce(this.#round(), signal)
      if (!signal.aborted) await this.#rest(signal)
    }
    this.#set({ state: 'offline', reason: 'stopped', code: null, address: this.#state.address })
  }

  /** The addresses in the order in which they are tried. */
  #round(): string[] {
    const { addresses } = this.#options
    return [...new Set(this.#lastGood === null ? addresses : [this.#lastGood, ...addresses])]
  }

  #rest(signal: AbortSignal): Promise<void> {
    const { clock, aftermath, random = Math.random } = this.#options
    const known = aftermath?.()
    if (!known) return this.#backoff.wait(clock, signal)
    return wait(clock, Math.round(known.restMs * (0.5 + random())), signal)
  }

  async #connectOnce(addresses: readonly string[], signal: AbortSignal): Promise<void> {
    const { clock, open, onEnded } = this.#options
    let address = addresses[0] ?? ''
    this.#set({ ...this.#state, state: 'connecting', address })
    let openedAt: number | null = null
    try {
      const opened = await open(addresses, signal)
      this.#connection = opened.connection
      address = opened.address
      this.#lastGood = address
      openedAt = clock.mono()
      if (signal.aborted) void this.#connection.end()
      else this.#sayOnline(address)
      const error = await this.#connection.closed
      this.#connection = null
      onEnded?.({ error, stopping: signal.aborted })
      this.#sayOffline(address, error ?? new LaresError('unreachable', 'the hub closed the connection'), signal)
    } catch (error) {
      this.#connection = null
      this.#sayOffline(address, asError(error), signal)
    }
    if (openedAt !== null && clock.mono() - openedAt >= LASTED_MS) this.#backoff.reset()
  }

  #sayOnline(address: string): void {
    this.#lastReason = null
    this.#options.log.info({ address }, 'connected to the hub')
    this.#set({ state: 'online', reason: null, code: null, address })
  }

  #sayOffline(address: string, seen: Error, signal: AbortSignal): void {
    if (signal.aborted) return
    const error = this.#options.aftermath?.()?.error ?? seen
    const code = error instanceof LaresError ? error.code : null
    const hint = error instanceof LaresError ? error.hint : null
    if (this.#lastReason !== error.message) {
      this.#lastReason = error.message
      this.#options.log.warn(
        { address, reason: error.message, error_code: code, hint },
        'no connection to the hub; trying on',
      )
    }
    const reason = hint ? `${error.message}. ${hint}` : error.message
    this.#set({ state: 'offline', reason, code, address })
  }

  #set(state: LinkState): void {
    this.#state = state
    this.#options.onState?.(state)
  }
}
