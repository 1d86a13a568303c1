import type { Clock } from '../../shared/clock.ts'

export interface TryRules {
  /** Tries before there is anything to wait for. */
  free: number
  firstMs: number
  /** It never grows beyond this: whoever is locked out is so for a while. */
  longestMs: number
}

interface Tries {
  count: number
  lastAt: number
  /** On the monotonic clock. */
  nextAt: number
}

/** Without a try for this long, nothing is remembered. */
const FORGET_MS = 3_600_000
const MOST_KEYS = 10_000

/** Tries by key, and how long each key has to wait for its next one: twice as long with each. */
export class TryBook {
  #rules: TryRules
  #clock: Clock
  /** The one that tried last stands last. */
  #tries = new Map<string, Tries>()

  constructor(rules: TryRules, clock: Clock) {
    this.#rules = rules
    this.#clock = clock
  }

  /** Milliseconds until the key may try again; 0: now. To ask costs it nothing. */
  waitMs(key: string): number {
    return Math.max(0, (this.#known(key)?.nextAt ?? 0) - this.#clock.mono())
  }

  /** Counts a try before it is known how it ends: many at once are many tries. */
  begin(key: string): void {
    const { free, firstMs, longestMs } = this.#rules
    const now = this.#clock.mono()
    const count = (this.#known(key)?.count ?? 0) + 1
    const wait = count > free ? Math.min(longestMs, firstMs * 2 ** (count - free - 1)) : 0
    this.#tries.delete(key)
    for (const oldest of this.#tries.keys()) {
      if (this.#tries.size < MOST_KEYS) break
      this.#tries.delete(oldest)
    }
    this.#tries.set(key, { count, lastAt: now, nextAt: now + wait })
  }

  /** The try was none: it was right. */
  undo(key: string): void {
    const known = this.#tries.get(key)
    if (known) this.#tries.set(key, { ...known, count: Math.max(0, known.count - 1), nextAt: 0 })
  }

  forget(key: string): void {
    this.#tries.delete(key)
  }

  #known(key: string): Tries | undefined {
    const known = this.#tries.get(key)
    return known && this.#clock.mono() - known.lastAt < FORGET_MS ? known : undefined
  }
}
