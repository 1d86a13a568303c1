import { cutText } from '../../shared/cut-text.ts'
import type { Log } from '../../shared/log.ts'

/** Refused publishes and subscriptions: counted always, logged once per client, so that nobody can fill the journal. */
export class Denials {
  #log: Log
  #told = new Set<string>()
  #counts = { publish: 0, subscribe: 0 }

  constructor(log: Log) {
    this.#log = log
  }

  get counts(): { publish: number; subscribe: number } {
    return { ...this.#counts }
  }

  /** `remedy` says what the client may do instead. */
  note(what: 'publish' | 'subscribe', clientId: string, topic: string, remedy: string): void {
    this.#counts[what] += 1
    const key = `${what} ${clientId}`
    if (this.#told.has(key)) return
    if (this.#told.size > 10_000) this.#told.clear()
    this.#told.add(key)
    this.#log.warn(
      { client: clientId, topic: cutText(topic, 200), remedy },
      `a client may not ${what} here; more of the same are only counted`,
    )
  }
}
