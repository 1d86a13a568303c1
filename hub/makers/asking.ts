import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Publication } from '../dialects/said.ts'

/** What a broker kept comes at once after a subscription; nobody is asked for that. */
const FIRST_MS = 2_000
/** Four a second: a Zigbee network of two hundred lamps stays usable for the minute that it takes. */
const EVERY_MS = 250

export interface AskingParts {
  /** What to publish so that somebody says how it is, each once; `null`: nobody has to. */
  next(): Publication | null
  /** Rejects where the broker is away. */
  publish(publication: Publication): Promise<void>
  clock: Clock
}

/** Asks devices how they are whose states nobody has said, one after the other. */
export class Asking {
  #parts: AskingParts
  #cancel: Cancel | null = null

  constructor(parts: AskingParts) {
    this.#parts = parts
  }

  /** Somebody may have to be asked. Calling it while it asks changes nothing. */
  soon(): void {
    this.#cancel ??= this.#parts.clock.after(FIRST_MS, () => this.#ask())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #ask(): void {
    const { next, publish, clock } = this.#parts
    const publication = next()
    if (publication === null) {
      this.#cancel = null
      return
    }
    this.#cancel = clock.after(EVERY_MS, () => this.#ask())
    // Whoever is away now is asked again when it is back.
    publish(publication).catch(() => {})
  }
}
