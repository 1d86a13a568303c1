import type { StateNews } from './entity-watch.ts'
import { type DeviceWords, deviceWords } from './maker-device.ts'
import type { News } from './roster.ts'

/** Beyond this many only the newest state of each entity is kept: the engine takes no more at present. */
const MOST_STATES = 5_000

/** What the engine is handed together. */
export interface OutboundLoad extends Omit<News, 'devices' | 'trouble'> {
  devices: readonly DeviceWords[]
}

/**
 * News on their way to the engine, one load at a time: what comes while one is under way goes with the next. What happened is kept
 * in its order; where too much waits, states that were followed by newer ones go, and are counted.
 */
export class OutboundNews {
  /** Put into words when they go: one that many messages announce is described once. */
  #devices = new Map<string, () => DeviceWords>()
  #gone = new Set<string>()
  #whole = false
  #states: StateNews[] = []
  #reach = new Map<string, boolean>()
  #dropped = 0

  add({ devices, ...news }: Omit<News, 'trouble'>): void {
    for (const device of devices) this.#describe(device.identity, () => deviceWords(device))
    this.#add(news)
  }

  #describe(identity: string, describe: () => DeviceWords): void {
    this.#devices.set(identity, describe)
    this.#gone.delete(identity)
  }

  #add(news: Omit<News, 'devices' | 'trouble'>): void {
    for (const identity of news.gone) {
      this.#gone.add(identity)
      this.#devices.delete(identity)
    }
    // A whole list says everything that there is, also in the place of those before it.
    this.#whole ||= news.whole
    this.#states.push(...news.states)
    this.#dropped += news.dropped
    for (const { identity, available } of news.reach) this.#reach.set(identity, available)
    if (this.#states.length > MOST_STATES) this.#thin()
  }

  get isEmpty(): boolean {
    const waiting = this.#devices.size + this.#gone.size + this.#states.length + this.#reach.size
    return waiting === 0 && !this.#whole
  }

  /** What could not be handed over waits again, before what came since. */
  putBack({ devices, ...load }: OutboundLoad): void {
    const since = new Map(this.#devices)
    const later = this.take()
    for (const device of devices) this.#describe(device.identity, () => device)
    this.#add(load)
    if (later === null) return
    for (const [identity, describe] of since) this.#describe(identity, describe)
    this.#add(later)
  }

  /** What waits, which is nobody's any more; `null`: nothing. */
  take(): OutboundLoad | null {
    // What was left out goes with the next that was not.
    if (this.isEmpty) return null
    const load = {
      devices: [...this.#devices.values()].map((describe) => describe()),
      gone: [...this.#gone],
      whole: this.#whole,
      states: this.#states,
      reach: [...this.#reach].map(([identity, available]) => ({ identity, available })),
      dropped: this.#dropped,
    }
    this.#devices.clear()
    this.#gone.clear()
    this.#whole = false
    this.#states = []
    this.#reach.clear()
    this.#dropped = 0
    return load
  }

  #thin(): void {
    const newest = new Map(this.#states.map((state, index) => [state.uniqueId, index]))
    const kept = this.#states.filter(({ uniqueId, isEvent }, index) => isEvent || newest.get(uniqueId) === index)
    this.#dropped += this.#states.length - kept.length
    // Events alone may be too many, too: the newest are kept.
    const behind = Math.max(0, kept.length - MOST_STATES)
    this.#dropped += behind
    this.#states = kept.slice(behind)
  }
}
