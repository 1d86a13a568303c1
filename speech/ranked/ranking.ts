import type { Clock } from '../../shared/clock.ts'
import { CircuitBreaker, type EngineHealth } from './circuit-breaker.ts'

/** One engine in its place. */
export interface RankedEngine<E> {
  /** What people call it in their settings. */
  key: string
  engine: E
}

interface Known {
  readonly name: string
  readonly languages: readonly string[] | null
  readonly isInstalled?: boolean
}

/** How one engine of a ranking is. */
export interface RankedHealth {
  key: string
  name: string
  languages: readonly string[] | null
  isInstalled: boolean
  health: EngineHealth
}

/** Engines of one kind, the best first, with what is known of each. */
export class Ranking<E extends Known> {
  #engines: readonly RankedEngine<E>[]
  #breakers: ReadonlyMap<string, CircuitBreaker>

  constructor(engines: readonly RankedEngine<E>[], clock: Clock) {
    this.#engines = engines
    this.#breakers = new Map(engines.map(({ key }) => [key, new CircuitBreaker(clock)]))
  }

  get isEmpty(): boolean {
    return this.#engines.length === 0
  }

  /** Who is to be asked, in this order: those that are preferred first, and last those that fail at present, and that are not there. */
  order({ language, prefer = [] }: { language: string; prefer?: readonly string[] }): RankedEngine<E>[] {
    const places = new Map(
      this.#engines
        .filter(({ engine }) => engine.languages?.includes(language) ?? true)
        .map((one) => [one, this.#place(one, prefer)]),
    )
    return [...places].toSorted(([, one], [, other]) => one - other).map(([one]) => one)
  }

  /** Looked up once for each: whether a program is there, the disk says. */
  #place({ key, engine }: RankedEngine<E>, prefer: readonly string[]): number {
    const at = prefer.indexOf(key)
    return (
      (at < 0 ? prefer.length : at) +
      (this.breaker(key).rests ? 1_000 : 0) +
      (engine.isInstalled === false ? 10_000 : 0)
    )
  }

  breaker(key: string): CircuitBreaker {
    const found = this.#breakers.get(key)
    if (found) return found
    throw new Error(`${key} is no engine of this ranking`)
  }

  /** All of them, in the order in which they stand here. */
  get all(): readonly RankedEngine<E>[] {
    return this.#engines
  }

  health(): RankedHealth[] {
    return this.#engines.map(({ key, engine }) => {
      const { name, languages, isInstalled = true } = engine
      return { key, name, languages, isInstalled, health: this.breaker(key).health() }
    })
  }
}
