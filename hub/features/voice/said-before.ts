import type { Database } from '../../../shared/sqlite/open.ts'

/** Devices and callers whose last answer is kept. */
const MOST = 1_000

/** What was answered last, to whom. In memory alone: what is said in a house is written nowhere. */
export class SaidBefore {
  #last = new Map<string, string>()

  last(to: string): string | null {
    return this.#last.get(to) ?? null
  }

  say(to: string, text: string): void {
    this.#last.delete(to)
    this.#last.set(to, text)
    const [oldest] = this.#last.keys()
    if (this.#last.size > MOST && oldest !== undefined) this.#last.delete(oldest)
  }
}

const KNOWN = new WeakMap<Database, SaidBefore>()

export function saidBefore(db: Database): SaidBefore {
  const known = KNOWN.get(db)
  if (known) return known
  const made = new SaidBefore()
  KNOWN.set(db, made)
  return made
}
