import type { Cancel, Clock } from '../../shared/clock.ts'

/** Logins that were refused. `user`: whose account it was about, where there is one. */
export interface FailedLogin {
  user: string | null
  address: string
}

const SPAN_MS = 600_000
const MOST = 100
/** Those of all others, when too many addresses try. */
const ELSEWHERE = 'many others'

/**
 * Traces of logins that failed: the first of an address at an account at once, those of the next ten minutes as one with
 * their number. What was typed as an address is not kept: it may be a password in the wrong field.
 */
export class FailedLogins {
  #clock: Clock
  #write: (failed: FailedLogin & { times: number }) => void
  #open = new Map<string, { failed: FailedLogin; times: number; end: Cancel }>()

  constructor(clock: Clock, write: (failed: FailedLogin & { times: number }) => void) {
    this.#clock = clock
    this.#write = write
  }

  add(failed: FailedLogin): void {
    const crowded = this.#open.size >= MOST && !this.#open.has(keyOf(failed))
    const counted = crowded ? { user: null, address: ELSEWHERE } : failed
    const key = keyOf(counted)
    const known = this.#open.get(key)
    if (known) {
      known.times += 1
      return
    }
    this.#write({ ...counted, times: 1 })
    this.#open.set(key, { failed: counted, times: 0, end: this.#clock.after(SPAN_MS, () => this.#close(key)) })
  }

  /** Writes what was counted. */
  stop(): void {
    for (const key of [...this.#open.keys()]) this.#close(key)
  }

  #close(key: string): void {
    const known = this.#open.get(key)
    if (!known) return
    known.end()
    this.#open.delete(key)
    if (known.times > 0) this.#write({ ...known.failed, times: known.times })
  }
}

function keyOf({ user, address }: FailedLogin): string {
  return `${user ?? ''} ${address}`
}
