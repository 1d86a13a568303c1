import type { Cancel, Clock } from '../../shared/clock.ts'

export interface SourceTroublesParts {
  /** What is wrong, as a sentence; `null`: nothing any more. */
  tell(reason: string | null): void
  clock: Clock
}

/** Somebody may publish rubbish a thousand times a second. */
const TOLD_EVERY_MS = 10_000
const MOST_TOPICS = 100

/**
 * What is wrong with what one source publishes, by topic, until something right comes there. Told when it is otherwise, at most every
 * ten seconds: the newest of it, and how many others there are.
 */
export class SourceTroubles {
  #parts: SourceTroublesParts
  #reasons = new Map<string, string>()
  #told: string | null = null
  #isResting = false
  #cancel: Cancel = () => {}

  constructor(parts: SourceTroublesParts) {
    this.#parts = parts
  }

  /** `null`: what came there is right. */
  note(topic: string, reason: string | null): void {
    const wasWrong = this.#reasons.delete(topic)
    if (reason === null && !wasWrong) return
    // The newest stands last.
    if (reason !== null) this.#reasons.set(topic, reason)
    const [oldest] = this.#reasons.keys()
    if (this.#reasons.size > MOST_TOPICS && oldest !== undefined) this.#reasons.delete(oldest)
    this.#tell()
  }

  /** The connection ended: what is wrong is found anew, and whoever is told knows that. */
  forget(): void {
    this.#cancel()
    this.#isResting = false
    this.#reasons.clear()
    this.#told = null
  }

  #tell(): void {
    const words = this.#words()
    if (this.#isResting || words === this.#told) return
    this.#told = words
    this.#isResting = true
    this.#cancel = this.#parts.clock.after(TOLD_EVERY_MS, () => {
      this.#isResting = false
      this.#tell()
    })
    this.#parts.tell(words)
  }

  #words(): string | null {
    const newest = [...this.#reasons.values()].at(-1)
    if (newest === undefined) return null
    const others = this.#reasons.size - 1
    return others === 0 ? newest : `${newest} (and something on ${others} other ${others === 1 ? 'topic' : 'topics'})`
  }
}
