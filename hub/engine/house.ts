import type { Log } from '../../shared/log.ts'
import type { AdminCommand } from './admin-command.ts'
import type { Store } from './context.ts'
import type { FollowerKinds } from './follower.ts'
import type { JobKinds } from './job-kind.ts'
import type { WriteBook } from './write-book.ts'

/** What a feature is opened with: the open database and the other features. */
export interface House extends Pick<Store, 'db' | 'topics' | 'version' | 'keyring'> {
  /** Every kind of durable job. */
  jobKinds: JobKinds
  /** Everything that follows append tables. */
  followers: FollowerKinds
  log: Log
  /** Whether this house has a central: then rows leave only once central has them. */
  central: boolean
  /** The hub's settings, a section each, as `hub.toml` has them. */
  settings: Readonly<Record<string, unknown>>
  /**
   * Leaves no bytes of removed rows in the database's file and its log, a step at each call, outside of any transaction. Returns
   * whether that is so now. A reader may be in the way, and is not waited for.
   */
  forgetRemoved: () => boolean
  /** What is written to the disk, by its cause. */
  writes: WriteBook
  /** Every verb of the admin door, for whoever may have it done in somebody's name. */
  command: (area: string, verb: string) => AdminCommand | undefined
  /**
   * What this function opens, opened once: features that need others ask for them here, and start after them.
   * Throws when two need each other.
   */
  use<T>(open: (house: House) => T): T
}

/** A house whose parts open each other. `replaced` stands in for what a function would open, as tests want it. */
export class OpeningHouse implements House {
  readonly db: House['db']
  readonly topics: House['topics']
  readonly version: string
  readonly keyring: House['keyring']
  readonly jobKinds: House['jobKinds']
  readonly followers: House['followers']
  readonly log: Log
  readonly central: boolean
  readonly settings: House['settings']
  readonly forgetRemoved: House['forgetRemoved']
  readonly writes: WriteBook
  readonly command: House['command']
  #opened: Map<unknown, unknown>
  #opening = new Set<unknown>()

  constructor(parts: Omit<House, 'use'> & { replaced?: ReadonlyMap<unknown, unknown> }) {
    this.db = parts.db
    this.topics = parts.topics
    this.version = parts.version
    this.keyring = parts.keyring
    this.jobKinds = parts.jobKinds
    this.followers = parts.followers
    this.log = parts.log
    this.central = parts.central
    this.settings = parts.settings
    this.forgetRemoved = parts.forgetRemoved
    this.writes = parts.writes
    this.command = parts.command
    this.#opened = new Map(parts.replaced)
  }

  use<T>(open: (house: House) => T): T {
    if (this.#opened.has(open)) return this.#opened.get(open) as T
    if (this.#opening.has(open)) throw new Error(`${open.name} needs itself, by way of what it uses`)
    this.#opening.add(open)
    const opened = open(this)
    this.#opening.delete(open)
    this.#opened.set(open, opened)
    return opened
  }

  /** Opens all of these and returns them in the order in which they were ready, each after what it uses. */
  openAll<T>(openers: readonly ((house: House) => T)[]): T[] {
    for (const open of openers) this.use(open)
    const wanted = new Set<unknown>(openers)
    return [...this.#opened].filter(([open]) => wanted.has(open)).map(([, opened]) => opened as T)
  }
}
