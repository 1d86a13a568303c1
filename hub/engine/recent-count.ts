const MINUTE = 60_000
const MINUTES = 60
/** Names that are told apart; more of them are counted as one. */
const NAMES = 1_000

/**
 * What happened how often in the last hour, by a name, to the minute. In memory: it begins anew with the engine. Times are those
 * of the house: a clock that jumps an hour ahead forgets, one that goes back begins anew.
 */
export class RecentCount {
  #minutes = new Map<number, Map<string, number>>()
  #newest = Number.NEGATIVE_INFINITY

  note(name: string, now: number): void {
    this.#forget(now)
    const at = Math.floor(now / MINUTE)
    const counts = this.#minutes.get(at) ?? new Map<string, number>()
    this.#minutes.set(at, counts)
    const key = counts.has(name) || counts.size < NAMES ? name : ''
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  /** Of the hour before `now`, by name; what is over the bound on names is under an empty one. */
  lastHour(now: number): ReadonlyMap<string, number> {
    this.#forget(now)
    const sums = new Map<string, number>()
    for (const counts of this.#minutes.values())
      for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
    return sums
  }

  #forget(now: number): void {
    const at = Math.floor(now / MINUTE)
    if (at < this.#newest) this.#minutes.clear()
    this.#newest = at
    for (const minute of this.#minutes.keys()) if (minute <= at - MINUTES) this.#minutes.delete(minute)
  }
}
