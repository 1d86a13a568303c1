import type { StateNews } from './entity-watch.ts'
import type { News } from './roster.ts'

/** Beyond this many only the newest state of each entity is kept: the engine takes no more at present. */
const MOST_STATES = 5_000

/**
 * News on their way to the engine, one load at a time: what comes while one is under way goes with the next. What happened is kept
 * in its order; where too much waits, states that were followed by newer ones go, and are counted.
 */
export class OutboundNews {
  #devices = new Map<string, News['devices'][number]>()
  #gone = new Set<string>()
  #whole = false
  #states: StateNews[] = []
  #reach = new Map<string, boolean>()
  /** States that were left out, since the start. */
  dropped = 0

  add(news: News): void {
    for (const device of news.devices) {
      this.#devices.set(device.identity, device)
      this.#gone.delete(device.identity)
    }
    for (const identity of news.gone) {
      this.#gone.add(identity)
      this.#devices.delete(identity)
    }
    // A whole list says everything that there is, also in the place of those before it.
    this.#whole ||= news.whole
    this.#states.push(...news.states)
    for (const { identity, available } of news.reach) this.#reach.set(identity, available)
    if (this.#states.length > MOST_STATES) this.#thin()
  }

  /** What could not be handed over waits again, before what came since. */
  putBack(load: NonNullable<ReturnType<OutboundNews['take']>>): void {
    const { devices, gone, whole, states, reach } = load
    const later = this.take()
    this.add({ devices, gone, whole, states, reach })
    if (later) this.add(later)
  }

  /** What waits, which is nobody's any more; `null`: nothing. */
  take(): {
    devices: News['devices']
    gone: string[]
    whole: boolean
    states: StateNews[]
    reach: News['reach']
  } | null {
    const load = {
      devices: [...this.#devices.values()],
      gone: [...this.#gone],
      whole: this.#whole,
      states: this.#states,
      reach: [...this.#reach].map(([identity, available]) => ({ identity, available })),
    }
    this.#devices.clear()
    this.#gone.clear()
    this.#whole = false
    this.#states = []
    this.#reach.clear()
    const isEmpty = load.devices.length + load.gone.length + load.states.length + load.reach.length === 0 && !load.whole
    return isEmpty ? null : load
  }

  #thin(): void {
    const newest = new Map(this.#states.map((state, index) => [state.uniqueId, index]))
    const kept = this.#states.filter(({ uniqueId, isEvent }, index) => isEvent || newest.get(uniqueId) === index)
    this.dropped += this.#states.length - kept.length
    // Events alone may be too many, too: the newest are kept.
    const behind = Math.max(0, kept.length - MOST_STATES)
    this.dropped += behind
    this.#states = kept.slice(behind)
  }
}
