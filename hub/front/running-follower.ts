import { Backoff } from '../../shared/backoff.ts'
import { type Clock, wait } from '../../shared/clock.ts'
import { asError, canRetry, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Sink } from '../engine/follower-sink.ts'
import type { FollowedPage, FollowerError, FollowerStep, FoundFollower, WorkDone } from '../engine/follower-step.ts'
import type { Verdict } from '../engine/input.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import { Deliveries } from './delivery.ts'

export interface RunningFollowerParts {
  found: FoundFollower
  /** Of an outside one. */
  load: (() => Promise<Sink>) | null
  /** Rejects when the engine cannot answer at present. */
  persist: (change: FollowerStep) => Promise<{ verdict: Verdict; value: unknown }>
  /** Where it is by now, as the engine has it; `undefined`: it is not wanted any more. */
  find: (name: string) => Promise<FoundFollower | undefined>
  settings: Readonly<Record<string, unknown>>
  secrets: SecretReader
  clock: Clock
  log: Log
  random?: () => number
}

/** A commit that rang for nobody is found by then. */
const LOOK_MS = 60_000
/** Between two tries to ask an engine that cannot answer. */
const ASK_AGAIN_MS = 1_000
/** A row that is refused alone so often is passed over. */
const REFUSALS = 3
/** So many rows in a row, and no more: what refuses everything must not have everything passed over. */
const PASSED_OVER = 3
/** Failures in a row from which on everybody may see it. */
const TROUBLED = 3
/** Rows that were looked at and not wanted, before their position is worth a commit. */
const WORTH_ROWS = 50_000

/** The engine could not answer: it is no fault of the follower, nor of its rows. */
class EngineAway extends Error {}
/** The house itself cannot do it: the same again fails again. */
class Refused extends Error {}
/** A person moved the position, or the hub stops. */
class Interrupted extends Error {}

/** Follows one table for an inside or outside follower: reads when there is enough to read, and goes on when it was taken. */
export class RunningFollower {
  /** Rows that were taken and batches that failed, since the hub started. */
  readonly counts = { rows: 0, failures: 0 }
  /** Resolves once it has come to an end. */
  readonly over: Promise<void>
  #parts: RunningFollowerParts
  #found: FoundFollower
  #deliveries: Deliveries | null
  #backoff: Backoff
  /** As the engine has it, and how far it has looked beyond that at rows that are not wanted. */
  #position: number
  #at: number
  #positionAt: number
  #newest: number
  #most: number
  #page: FollowedPage | null = null
  /** Rows were taken, and the engine does not know it yet. */
  #owes = false
  #failures = 0
  #refusals = 0
  #passedOver = 0
  #told = false
  #stopped = false
  #moves = 0
  /** Rung when there may be something to read. */
  #bell = new AbortController()
  /** Rung when what was waited for is no longer so: a back-off is not cut short by rows that come. */
  #change = new AbortController()

  constructor(parts: RunningFollowerParts) {
    const { found, load, clock, random } = parts
    this.#parts = parts
    this.#found = found
    this.#deliveries = load && new Deliveries({ ...parts, ...found, load })
    this.#backoff = new Backoff({ ...found.backoff, ...(random && { random }) })
    this.#position = found.position
    this.#at = found.position
    this.#positionAt = clock.mono()
    this.#newest = found.newest
    this.#most = found.rows
    this.over = this.#live()
  }

  /** Rows were stored. */
  wake(newest: number): void {
    this.#newest = newest
    this.#bell.abort()
    this.#bell = new AbortController()
  }

  /** It is somewhere else by now: what it was doing has ended, and a back-off too. */
  move({ position, newest }: FoundFollower): void {
    if (position === this.#position) return
    this.#position = position
    this.#at = position
    this.#newest = newest
    this.#moves += 1
    this.#owes = false
    this.#calm()
    this.#deliveries?.end(new Interrupted())
    this.#ring()
  }

  /** Ends it wherever it is. What was not acknowledged by then comes again. */
  end(): void {
    this.#stopped = true
    this.#deliveries?.end(new Interrupted())
    this.#ring()
  }

  #ring(): void {
    this.#change.abort()
    this.#change = new AbortController()
    this.wake(this.#newest)
  }

  async #live(): Promise<void> {
    while (!this.#stopped) {
      const moves = this.#moves
      try {
        await this.#gathered()
        if (this.#stopped) return
        if (this.#deliveries) await this.#deliver(this.#deliveries)
        else await this.#work()
      } catch (error) {
        if (error instanceof EngineAway) await this.#rest(ASK_AGAIN_MS)
        else if (!(error instanceof Interrupted) && moves === this.#moves && !this.#stopped)
          await this.#failed(error).catch(() => this.#rest(ASK_AGAIN_MS))
      }
    }
  }

  /** Resolves when there is something to read, or it is time to look whether there is. */
  async #gathered(): Promise<void> {
    const { gatherMs, rows } = this.#found
    if (this.#page || this.#owes || this.#failures > 0) return
    if (this.#newest <= this.#at) await this.#wait(LOOK_MS)
    const until = this.#parts.clock.mono() + gatherMs
    while (!this.#stopped && this.#newest > this.#at && this.#newest - this.#at < rows) {
      const left = until - this.#parts.clock.mono()
      if (left <= 0) return
      await this.#wait(left)
    }
  }

  /** Ends early when rows were stored. */
  async #wait(ms: number): Promise<void> {
    if (!this.#stopped) await wait(this.#parts.clock, ms, this.#bell.signal)
  }

  /** Ends early when it is moved or ended, and for nothing else. */
  async #rest(ms: number): Promise<void> {
    if (!this.#stopped) await wait(this.#parts.clock, ms, this.#change.signal)
  }

  async #deliver(deliveries: Deliveries): Promise<void> {
    if (this.#owes) {
      await this.#acknowledge()
      return
    }
    this.#page ??= await this.#read(this.#most)
    const page = this.#page
    if (!page) return
    if (page.rows.length > 0) await deliveries.deliver(page)
    this.#past(page)
    if (this.#owes) await this.#acknowledge()
  }

  async #read(most: number): Promise<FollowedPage | null> {
    const page = await this.#ask({ step: 'page', follower: this.#found.name, after: this.#at, most })
    if (page === undefined) return null
    this.#newest = (page as FollowedPage).newest
    return page as FollowedPage
  }

  /** What was looked at and not wanted is written down with what is taken next, or once it is worth a commit. */
  #past({ rows, upto }: FollowedPage): void {
    this.#page = null
    this.#at = upto
    const idleMs = this.#parts.clock.mono() - this.#positionAt
    const worth = rows.length > 0 || upto - this.#position >= WORTH_ROWS || idleMs >= LOOK_MS || this.#told
    this.#owes = worth && upto > this.#position
    if (rows.length > 0) this.#taken(rows.length)
  }

  /** Until the engine has it, nothing more is delivered: a sink is not asked twice because a disk is full. */
  async #acknowledge(): Promise<void> {
    const [from, upto] = [this.#position, this.#at]
    const stored = await this.#ask({ step: 'acknowledged', follower: this.#found.name, from, upto })
    if (stored === undefined) return
    this.#position = upto
    this.#positionAt = this.#parts.clock.mono()
    this.#owes = false
  }

  async #work(): Promise<void> {
    const done = (await this.#ask({ step: 'work', follower: this.#found.name, most: this.#most })) as
      | WorkDone
      | undefined
    if (done === undefined) return
    this.#newest = done.newest
    this.#position = done.upto
    this.#at = done.upto
    if (done.rows > 0) this.#taken(done.rows)
  }

  #taken(rows: number): void {
    this.counts.rows += rows
    this.#most = Math.min(this.#found.rows, this.#most * 2)
    this.#passedOver = 0
    this.#calm()
  }

  #calm(): void {
    this.#page = null
    this.#failures = 0
    this.#refusals = 0
    this.#told = false
    this.#backoff.reset()
  }

  /**
   * What is refused comes again in smaller parts, and alone in the end; so does, more slowly, what fails. A row that is refused
   * alone is passed over. What does not answer is waited for, however long it takes.
   */
  async #failed(error: unknown): Promise<void> {
    this.counts.failures += 1
    this.#failures += 1
    const refused = error instanceof Refused || !canRetry(error)
    const size = this.#page?.rows.length ?? this.#most
    if (size > 1) {
      if (refused || this.#failures % TROUBLED === 0) {
        this.#most = Math.ceil(size / 2)
        this.#page = null
      }
      // Whoever refuses has answered. Inside the engine, a batch that fails costs everybody who is in it.
      if (refused && this.#deliveries) return
    } else if (refused) {
      this.#refusals += 1
      if (this.#refusals >= REFUSALS && this.#passedOver < PASSED_OVER) {
        await this.#passOver(errorOf(error))
        return
      }
    }
    this.#parts.log.debug({ follower: this.#found.name, error: asError(error).message }, 'rows were not taken')
    await this.#tell(errorOf(error))
    await this.#rest(this.#backoff.next())
  }

  async #passOver(error: FollowerError): Promise<void> {
    const page = this.#page ?? (await this.#read(1))
    const row = page?.rows[0]
    if (!row) return
    const step = { step: 'refused', follower: this.#found.name, from: this.#position, upto: row.id, error } as const
    if ((await this.#ask(step)) === undefined) return
    this.#position = row.id
    this.#at = row.id
    this.#passedOver += 1
    this.#calm()
  }

  /** Once, until rows are taken again. */
  async #tell(error: FollowerError): Promise<void> {
    if (this.#told || this.#failures < TROUBLED || !(await this.#atFirst())) return
    await this.#ask({ step: 'trouble', follower: this.#found.name, error })
    this.#told = true
  }

  /**
   * Moves to just before the first row that is wanted: a person who passes over the next row means the one that is not taken.
   * Returns whether nobody has moved it meanwhile.
   */
  async #atFirst(): Promise<boolean> {
    const moves = this.#moves
    const row = (this.#page ?? (await this.#read(1)))?.rows[0]
    if (moves !== this.#moves || this.#stopped) return false
    if (row === undefined || row.id - 1 <= this.#position) return true
    const [from, upto] = [this.#position, row.id - 1]
    if ((await this.#ask({ step: 'acknowledged', follower: this.#found.name, from, upto })) === undefined) return false
    this.#position = upto
    this.#at = upto
    return true
  }

  /** The engine's answer; `undefined`: it is somewhere else, or it is not wanted any more. Throws what a handler made of it. */
  async #ask(change: FollowerStep): Promise<unknown> {
    const { persist, find } = this.#parts
    const { verdict, value } = await persist(change).catch((error: unknown) => {
      throw new EngineAway(asError(error).message)
    })
    if (verdict === 'stored') return value ?? null
    if (verdict === 'rejected') throw new Refused((value as { error: string }).error)
    const found = await find(this.#found.name).catch((error: unknown) => {
      throw new EngineAway(asError(error).message)
    })
    if (found) this.move(found)
    else this.end()
    return undefined
  }
}

function errorOf(thrown: unknown): FollowerError {
  const { message, cause } = asError(thrown)
  // fetch says only that it failed; why is in its cause.
  const words = cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message
  return {
    code: thrown instanceof LaresError ? thrown.code : thrown instanceof Refused ? 'handler_failed' : 'unreachable',
    message: words,
  }
}
