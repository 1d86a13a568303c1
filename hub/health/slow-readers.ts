import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Dropped } from '../broker/broker-counters.ts'
import type { Health } from './hub-health.ts'

const SPAN_MS = 600_000
/** Once may be a machine that went to sleep; three times within the span is a program that does not read. */
const SUSTAINED = 3
const LOOK_MS = 60_000
/** More who are slow at one time are not told apart. */
const REMEMBERED = 1_000

interface Slow {
  drops: { at: number; messages: number }[]
  last: Dropped
}

/** Puts into the hub's health who goes on not reading what it subscribed to, until ten minutes pass without. */
export class SlowReaders implements Service {
  #clock: Clock
  #health: Pick<Health, 'raise' | 'clear'>
  #slow = new Map<string, Slow>()
  #cancel: Cancel = () => {}

  constructor(clock: Clock, health: Pick<Health, 'raise' | 'clear'>) {
    this.#clock = clock
    this.#health = health
  }

  start(): void {
    this.#cancel = this.#clock.every(LOOK_MS, () => this.#look())
  }

  stop(): void {
    this.#cancel()
  }

  dropped(drop: Dropped): void {
    const known = this.#slow.get(drop.owner)
    if (!known && this.#slow.size >= REMEMBERED) return
    const slow = known ?? { drops: [], last: drop }
    slow.last = drop
    slow.drops.push({ at: this.#clock.mono(), messages: drop.messages })
    this.#slow.set(drop.owner, slow)
    this.#look()
  }

  #look(): void {
    const since = this.#clock.mono() - SPAN_MS
    for (const [owner, slow] of this.#slow) {
      slow.drops = slow.drops.filter(({ at }) => at > since)
      const name = `slow_reader:${owner}`
      if (slow.drops.length >= SUSTAINED) this.#health.raise(name, 'slow_reader', describe(slow))
      else if (slow.drops.length === 0) {
        this.#slow.delete(owner)
        this.#health.clear(name)
      }
    }
  }
}

function describe({ drops, last: { clientId, remote } }: Slow): string {
  const messages = drops.reduce((sum, drop) => sum + drop.messages, 0)
  return `${clientId} at ${remote} does not read: ${messages} messages for it were dropped within ten minutes`
}
