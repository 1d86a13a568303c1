/**
 * Time is handed in, never read from the air, so that every rule about time can be tested without waiting.
 *
 * Two clocks, because a Pi without a battery wakes in 1970: `now` may jump, `mono` never does.
 */
export interface Clock {
  /** Wall-clock time, integer milliseconds since 1970 UTC. May jump in either direction. */
  now(): number
  /**
   * Milliseconds since an arbitrary start, never backwards, the same in all threads of the machine. Use it for every
   * duration and deadline.
   */
  mono(): number
  /** Calls `run` once after `ms`. Returns a function that cancels it; calling that twice is safe. */
  after(ms: number, run: () => void): Cancel
  /** Calls `run` every `ms`, first after `ms`. Returns a function that stops it. */
  every(ms: number, run: () => void): Cancel
}

export type Cancel = () => void

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // performance.now() begins anew in every thread, and a deadline may go from one to another.
  mono: () => Number(process.hrtime.bigint()) / 1e6,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** Resolves after `ms` of the given clock, or at once when `signal` is aborted. Never rejects. */
export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(ms, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}

interface Timer {
  at: number
  every: number | null
  run: () => void
}

/**
 * A clock that moves only when told to, for tests and for the deterministic engine.
 * Timers fire in order of their time during `advance`.
 */
export class ManualClock implements Clock {
  #wall: number
  #mono: number
  #timers = new Set<Timer>()

  constructor(wall = Date.UTC(2026, 0, 1), mono = 1_000) {
    this.#wall = wall
    this.#mono = mono
  }

  now(): number {
    return this.#wall
  }

  mono(): number {
    return this.#mono
  }

  after(ms: number, run: () => void): Cancel {
    return this.#add({ at: this.#mono + ms, every: null, run })
  }

  every(ms: number, run: () => void): Cancel {
    return this.#add({ at: this.#mono + ms, every: ms, run })
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves both clocks forward and fires what became due, oldest first. */
  advance(ms: number): void {
    const target = this.#mono + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= target).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#moveTo(Math.max(due.at, this.#mono))
      if (due.every === null) this.#timers.delete(due)
      else due.at += due.every
      due.run()
    }
    this.#moveTo(target)
  }

  /** Moves the wall clock alone, as NTP or a user does. */
  jump(ms: number): void {
    this.#wall += ms
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono
    this.#mono = mono
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}
