/** How often something may be said: so many times at once, and so many in each second after that. */
export interface PaceLimits {
  atOnce: number
  perSecond: number
}

/** Counts what one thing says. A clock that goes back gives nothing, and takes nothing away. */
export class StatePace {
  #left: number | null = null
  #at = 0

  /** Whether it may be said now; counts it then. */
  take(now: number, limits: PaceLimits): boolean {
    if (!this.has(now, limits)) return false
    this.#left = (this.#left ?? limits.atOnce) - 1
    return true
  }

  /** Whether it may be said now. */
  has(now: number, { atOnce, perSecond }: PaceLimits): boolean {
    const since = Math.max(0, now - this.#at) / 1_000
    this.#left = Math.min(atOnce, (this.#left ?? atOnce) + since * perSecond)
    this.#at = now
    return this.#left >= 1
  }
}
