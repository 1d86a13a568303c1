import { type Cancel, type Clock, wait } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Feed } from '../contract/feed.ts'
import type { Sinks } from '../engine/follower-sink.ts'
import type { FollowedPage, FollowerFigures, FollowerStep, FoundFollower } from '../engine/follower-step.ts'
import type { Verdict } from '../engine/input.ts'
import { FOLLOWER_SINKS } from '../features/follower-sinks.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import { FleetingFeed } from './fleeting-feed.ts'
import { RunningFollower } from './running-follower.ts'

export interface FollowerRunnerParts {
  /** The sections of `hub.toml`, for what delivers. Default: none. */
  settings?: Readonly<Record<string, unknown>>
  /** What lets them in where they deliver to. */
  secrets: SecretReader
  /** Asks or tells the engine. Rejects when it cannot answer at present. */
  persist: (change: FollowerStep) => Promise<{ verdict: Verdict; value: unknown }>
  /** Whether the database is open. */
  isOpen: () => boolean
  clock: Clock
  log: Log
  /** Absent: those of the features. */
  sinks?: Sinks
  random?: () => number
}

/** Between two tries to ask which followers there are. */
const ASK_AGAIN_MS = 1_000
/** What is ended at the stop has this long to end by itself. */
const LAST_WORDS_MS = 500

/**
 * Runs the followers of this hub: wakes them when a commit stored rows of theirs, and has the engine read, work, and write down
 * how far they are. It has no rows but those that are on their way.
 */
export class FollowerRunner implements Service {
  #parts: FollowerRunnerParts
  #sinks: Sinks
  #running = new Map<string, RunningFollower>()
  #tables = new Map<string, string>()
  #feeds = new Map<string, FleetingFeed>()
  #stop = new AbortController()
  #asking: Promise<void> | null = null
  #asksAgain = false
  #figures: readonly FollowerFigures[] = []

  constructor(parts: FollowerRunnerParts) {
    this.#parts = parts
    this.#sinks = parts.sinks ?? FOLLOWER_SINKS
  }

  /** How each is, as the engine said last. */
  get figures(): readonly FollowerFigures[] {
    return this.#figures
  }

  /** What they took since the start, and how often something was not taken. */
  get counts(): readonly { name: string; rows: number; failures: number }[] {
    return [...this.#running].map(([name, { counts }]) => ({ name, ...counts }))
  }

  start(): void {
    if (this.#parts.isOpen()) this.begin()
  }

  /** The database could be opened, or a person moved or removed a position. */
  begin(): void {
    if (this.#stop.signal.aborted) return
    this.#asksAgain = true
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
  }

  /** Rows of these tables were stored, up to these keys. */
  wake(newest: Readonly<Record<string, number>>): void {
    for (const [name, table] of this.#tables) {
      const key = newest[table]
      if (key === undefined) continue
      this.#running.get(name)?.wake(key)
      this.#feeds.get(name)?.wake(key)
    }
  }

  note(figures: readonly FollowerFigures[]): void {
    this.#figures = figures
  }

  /** What a fleeting follower shows. There is nothing in it until the database is open. */
  feed(name: string): Feed {
    return this.#feed(name)
  }

  /** Ends what is under way: what was not acknowledged by then comes again. Bounded. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#asking
    for (const running of this.#running.values()) running.end()
    const over = Promise.all([...this.#running.values()].map((running) => running.over))
    let cancel: Cancel = () => undefined
    const late = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.after(LAST_WORDS_MS, resolve)
    })
    await Promise.race([over, late])
    cancel()
  }

  async #ask(): Promise<void> {
    while (this.#asksAgain && !this.#stop.signal.aborted) {
      this.#asksAgain = false
      try {
        this.#run(await this.#find())
      } catch (error) {
        this.#parts.log.debug({ error: asError(error).message }, 'the engine could not say who follows')
        this.#asksAgain = true
        await wait(this.#parts.clock, ASK_AGAIN_MS, this.#stop.signal)
      }
    }
  }

  async #find(): Promise<FoundFollower[]> {
    const { verdict, value } = await this.#parts.persist({ step: 'found' })
    if (verdict !== 'stored') throw new Error('the engine could not say who follows')
    return value as FoundFollower[]
  }

  #run(found: readonly FoundFollower[]): void {
    if (this.#stop.signal.aborted) return
    for (const follower of found) {
      this.#tables.set(follower.name, follower.table)
      const running = this.#running.get(follower.name)
      if (follower.kind === 'fleeting') this.#feed(follower.name).bind(follower)
      else if (running) running.move(follower)
      else this.#begin(follower)
    }
  }

  #begin(found: FoundFollower): void {
    const { persist, settings = {}, secrets, clock, log, random } = this.#parts
    const load = this.#sinks.get(found.name) ?? null
    if (found.kind === 'outside' && !load) {
      log.error({ follower: found.name }, 'a follower has nowhere to deliver to')
      return
    }
    const find = async (name: string) => (await this.#find()).find((one) => one.name === name)
    const parts = { found, load: found.kind === 'outside' ? load : null, persist, find, settings, secrets, clock, log }
    this.#running.set(found.name, new RunningFollower({ ...parts, ...(random && { random }) }))
  }

  #feed(name: string): FleetingFeed {
    const known = this.#feeds.get(name)
    if (known) return known
    const feed = new FleetingFeed({
      page: async (after, most) => {
        const { verdict, value } = await this.#parts.persist({ step: 'page', follower: name, after, most })
        return verdict === 'stored' ? (value as FollowedPage) : null
      },
      log: this.#parts.log,
    })
    this.#feeds.set(name, feed)
    return feed
  }
}
