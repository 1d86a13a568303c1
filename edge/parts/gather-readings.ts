import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { ReadingItem } from '../outbox/split-readings.ts'

/** Sources that tick together arrive within this; each write is an fsync of a memory card. */
const GATHER_MS = 250

/** Collects the samples of one tick, from however many sources, and hands them over as one. */
export class GatherReadings implements Service {
  #clock: Clock
  #write: (items: ReadingItem[]) => void
  #items: ReadingItem[] = []
  #cancel: Cancel | null = null

  constructor(clock: Clock, write: (items: ReadingItem[]) => void) {
    this.#clock = clock
    this.#write = write
  }

  add(items: readonly ReadingItem[]): void {
    this.#items.push(...items)
    this.#cancel ??= this.#clock.after(GATHER_MS, () => this.#flush())
  }

  start(): void {}

  /** Writes what was gathered so far. */
  stop(): void {
    this.#flush()
  }

  #flush(): void {
    this.#cancel?.()
    this.#cancel = null
    const items = this.#items.splice(0)
    if (items.length > 0) this.#write(items)
  }
}
