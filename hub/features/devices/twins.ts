/** One connection of a device, as far as its birth tells it from another machine's. */
export interface Arrival {
  boot: string
  /** The counter that a data folder keeps. */
  connects: number
  /** Where the connection came from; empty when that is not known. */
  address: string
}

/** Two machines that use one identity, the newest first. */
export type Twins = readonly [Arrival, Arrival]

interface Seen {
  arrivals: Map<string, Arrival>
  last: Arrival
  /** Connects that did not count on, with the times of the last two. */
  repeats: number[]
  twins: { pair: Twins; at: number } | null
}

/** This long after the last sign of two machines there is only one again. */
const EPISODE_MS = 1_800_000
const REPEATS_WITHIN_MS = 600_000
const BOOTS_REMEMBERED = 8

/**
 * Finds two machines with one identity, as after a card was copied. A boot that comes back after another one is a proof: no
 * machine boots twice into the same boot. Two copies on one machine (two containers) share the boot; there the counter of
 * connects, which each copy keeps for itself, does not count on. Once it may be a restored backup, twice in ten minutes it
 * is a copy.
 */
export class TwinWatch {
  #seen = new Map<string, Seen>()

  /** To be called with the first birth of each connection. The two, when there are two. */
  arrived(device: string, arrival: Arrival, now: number): Twins | null {
    const seen = this.#seen.get(device)
    if (!seen) {
      this.#seen.set(device, { arrivals: new Map([[arrival.boot, arrival]]), last: arrival, repeats: [], twins: null })
      return null
    }
    const { last } = seen
    const isBack = arrival.boot !== last.boot && seen.arrivals.has(arrival.boot)
    if (arrival.boot === last.boot && arrival.connects <= last.connects) seen.repeats.push(now)
    seen.repeats = seen.repeats.filter((at) => Math.abs(now - at) <= REPEATS_WITHIN_MS)
    if (isBack || seen.repeats.length >= 2) seen.twins = { pair: [arrival, last], at: now }
    seen.arrivals.delete(arrival.boot)
    seen.arrivals.set(arrival.boot, arrival)
    for (const boot of seen.arrivals.keys()) {
      if (seen.arrivals.size <= BOOTS_REMEMBERED) break
      seen.arrivals.delete(boot)
    }
    seen.last = arrival
    return this.of(device, now)
  }

  /** The two that were seen lately, or `null`. */
  of(device: string, now: number): Twins | null {
    const twins = this.#seen.get(device)?.twins
    return twins && Math.abs(now - twins.at) <= EPISODE_MS ? twins.pair : null
  }

  /** Counts from the beginning again. */
  forget(device: string): void {
    this.#seen.delete(device)
  }

  /** Devices that had two machines until now, each once. */
  takeEnded(now: number): string[] {
    const ended: string[] = []
    for (const [device, seen] of this.#seen) {
      if (seen.twins === null || this.of(device, now) !== null) continue
      seen.twins = null
      seen.repeats = []
      // The one that stayed may come back only now, with a boot from before: that is no sign of two any more.
      seen.arrivals = new Map([[seen.last.boot, seen.last]])
      ended.push(device)
    }
    return ended
  }
}

/** Which two machines, for people. */
export function describeTwins(pair: Twins): string {
  const [one, other] = pair.map(({ boot, connects, address }) => {
    const where = address === '' ? 'an unknown address' : address
    return `${where} (boot ${boot.split('-')[0]}, connect ${connects})`
  })
  return `two machines use this identity in turns: ${one} and ${other}`
}
