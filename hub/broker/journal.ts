import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, canRetry } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { BrokerChange } from '../engine/broker-change.ts'

export interface JournalParts {
  /**
   * Stores the changes in order, all or none. Rejects with an error that `canRetry` when the disk takes nothing at
   * present; any other means that these changes will never be taken.
   */
  store(changes: BrokerChange[]): Promise<void>
  clock: Clock
  log: Log
}

/** Called once, with `null` when the changes are on disk. */
export type Committed = (error: Error | null) => void

interface Noted {
  seq: number
  change: BrokerChange | null
}

/** One input of the engine: a device's message waits behind at most so much of the broker's memory. */
const INPUT_CHANGES = 512
const INPUT_BYTES = 256 * 1024
const CHANGE_COST = 64
const RETRY_MS = 5_000

/**
 * Brings the changes of the broker's memory to disk, in order, and says when they are there: what waits for `committed`
 * may then be acknowledged. One input is with the engine at a time and the rest gathers, so that a flood for one session
 * makes few inputs, and what a later change undoes is never written.
 *
 * While the disk takes nothing, everybody who waits is told, and the changes are kept and stored when it takes them again.
 */
export class Journal implements Service {
  #parts: JournalParts
  #noted = 0
  #stored = 0
  /** Behind the input that is with the engine. */
  #pending: Noted[] = []
  /** Where in `pending` the change is that a later one may replace or undo, by what it is about. */
  #open = new Map<string, Noted>()
  #waiting: { upto: number; run: Committed }[] = []
  #storing = false
  #fault: Error | null = null
  #cancelRetry: Cancel = () => {}
  #idle: (() => void)[] = []

  constructor(parts: JournalParts) {
    this.#parts = parts
  }

  start(): void {}

  /** Resolves when everything noted is stored, or cannot be stored now. */
  async stop(): Promise<void> {
    if (this.#storing) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#cancelRetry()
  }

  /** Changes that are not on disk yet. */
  get depth(): number {
    return this.#noted - this.#stored
  }

  note(change: BrokerChange): void {
    this.#noted += 1
    if (this.#settlesOpen(change)) return
    const noted: Noted = { seq: this.#noted, change }
    this.#pending.push(noted)
    const about = subject(change)
    if (about !== null) this.#open.set(about, noted)
    if (!this.#storing && this.#fault === null) void this.#store()
  }

  /** Calls back when everything noted so far is on disk, at once when it is; with the error when it cannot be stored now. */
  committed(run: Committed): void {
    if (this.#stored === this.#noted) run(null)
    else if (this.#fault) run(this.#fault)
    else this.#waiting.push({ upto: this.#noted, run })
  }

  /** Whether a change that has not left yet makes room for this one, or makes it unnecessary. */
  #settlesOpen(change: BrokerChange): boolean {
    if (change.kind !== 'retain' && change.kind !== 'unretain' && change.kind !== 'dequeue') return false
    const about = change.kind === 'dequeue' ? entryOf(change) : `retained ${change.topic}`
    const before = this.#open.get(about)
    if (!before) return false
    if (change.kind === 'dequeue') {
      before.change = null
      this.#open.delete(about)
    } else before.change = change
    return true
  }

  async #store(): Promise<void> {
    this.#storing = true
    while (this.#fault === null && this.#stored < this.#noted) {
      // Publishes that were read together are noted together.
      await Promise.resolve()
      const input = this.#take()
      const upto = this.#pending[0] ? this.#pending[0].seq - 1 : this.#noted
      try {
        const changes = input.flatMap(({ change }) => change ?? [])
        if (changes.length > 0) await this.#parts.store(changes)
        this.#done(upto, null)
      } catch (thrown) {
        this.#failed(asError(thrown), input, upto)
      }
    }
    this.#storing = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #take(): Noted[] {
    let bytes = 0
    let count = 0
    for (const { change } of this.#pending) {
      bytes += change ? costOf(change) : 0
      if (count > 0 && (bytes > INPUT_BYTES || count >= INPUT_CHANGES)) break
      count += 1
    }
    const input = this.#pending.splice(0, count)
    for (const noted of input) {
      const about = noted.change && subject(noted.change)
      if (about && this.#open.get(about) === noted) this.#open.delete(about)
    }
    return input
  }

  #done(upto: number, error: Error | null): void {
    this.#stored = upto
    let count = 0
    while ((this.#waiting[count]?.upto ?? Number.POSITIVE_INFINITY) <= upto) count += 1
    for (const { run } of this.#waiting.splice(0, count)) run(error)
  }

  #failed(error: Error, input: Noted[], upto: number): void {
    if (!canRetry(error)) {
      this.#parts.log.error({ error: error.stack, changes: input.length }, "the broker's memory could not be stored")
      this.#done(upto, error)
      return
    }
    this.#fault = error
    this.#pending.unshift(...input)
    for (const { run } of this.#waiting.splice(0)) run(error)
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => {
      this.#fault = null
      if (!this.#storing) void this.#store()
    })
  }
}

/** What a change decides alone, so that the newest stands for all: `null` for those whose order matters. */
function subject(change: BrokerChange): string | null {
  if (change.kind === 'retain' || change.kind === 'unretain') return `retained ${change.topic}`
  return change.kind === 'enqueue' ? entryOf(change) : null
}

function entryOf(change: Extract<BrokerChange, { entry: number }>): string {
  return `entry ${change.entry}`
}

function costOf(change: BrokerChange): number {
  return 'payload' in change ? CHANGE_COST + change.topic.length + change.payload.length : CHANGE_COST
}
