import type { Cancel } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Feed, FeedPage } from '../contract/feed.ts'
import type { FollowedRow } from '../engine/follower.ts'
import type { FollowedPage, FoundFollower } from '../engine/follower-step.ts'

export interface FleetingFeedParts {
  /** Rows behind a key, `most` of them; `null`: the engine has no such follower. */
  page: (after: number, most: number) => Promise<FollowedPage | null>
  log: Log
}

/** The newest rows of a table in a ring, read while somebody listens. Who begins to listen begins with what comes then. */
export class FleetingFeed implements Feed {
  #parts: FleetingFeedParts
  #found: Pick<FoundFollower, 'name' | 'rows' | 'ring'> | null = null
  #newest = 0
  #rows: FollowedRow[] = []
  /** Everything up to this key has left the ring, or was never in it. */
  #start = 0
  #upto = 0
  #listeners = new Set<() => void>()
  #reading = false

  constructor(parts: FleetingFeedParts) {
    this.#parts = parts
  }

  /** The engine has it. Again it changes nothing, but where keys went back: then they are those of other rows. */
  bind(found: FoundFollower): void {
    const goesOn = this.#found !== null && found.newest >= this.#newest
    this.#found = found
    if (goesOn) {
      this.wake(found.newest)
      return
    }
    this.#newest = found.newest
    this.#begin()
  }

  /** Rows were stored. */
  wake(newest: number): void {
    this.#newest = Math.max(this.#newest, newest)
    if (this.#listeners.size === 0) this.#begin()
    else void this.#read()
  }

  listen(ring: () => void): Cancel {
    if (this.#listeners.size === 0) this.#begin()
    // Two that hand in the same function are two.
    const own = () => ring()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  after(key: number | null): FeedPage {
    const from = key ?? this.#upto
    const missed = from < this.#start ? { first: from + 1, last: this.#start } : null
    return { rows: this.#rows.filter(({ id }) => id > from), missed, upto: Math.max(from, this.#upto) }
  }

  #begin(): void {
    this.#rows = []
    this.#start = this.#newest
    this.#upto = this.#newest
  }

  async #read(): Promise<void> {
    if (this.#reading || !this.#found) return
    this.#reading = true
    const { name, rows, ring } = this.#found
    try {
      while (this.#upto < this.#newest && this.#listeners.size > 0) {
        // What could not stay in the ring is not read.
        if (this.#newest - this.#upto > ring) this.#jump(this.#newest - ring)
        const page = await this.#parts.page(this.#upto, Math.min(rows, ring))
        if (!page) return
        this.#take(page, ring)
      }
    } catch (error) {
      this.#parts.log.debug({ follower: name, error: asError(error).message }, 'rows could not be shown')
    } finally {
      this.#reading = false
    }
  }

  #jump(key: number): void {
    this.#rows = []
    this.#start = key
    this.#upto = key
  }

  #take({ rows, upto, newest }: FollowedPage, ring: number): void {
    this.#rows.push(...rows)
    for (const gone of this.#rows.splice(0, Math.max(0, this.#rows.length - ring))) this.#start = gone.id
    this.#upto = upto
    this.#newest = Math.max(this.#newest, newest)
    if (rows.length === 0) return
    for (const ring of this.#listeners) {
      try {
        ring()
      } catch (error) {
        this.#parts.log.warn({ error: asError(error).message }, 'somebody who listens failed')
      }
    }
  }
}
