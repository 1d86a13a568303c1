import type { Cancel, Clock } from '../../shared/clock.ts'

/**
 * Runs something once for all that happens within a span, counted from the first of it: what happens all the time delays it no
 * further.
 */
export class Gathered {
  #clock: Pick<Clock, 'after'>
  #ms: number
  #run: () => void
  #cancel: Cancel | null = null

  constructor(clock: Pick<Clock, 'after'>, { ms, run }: { ms: number; run: () => void }) {
    this.#clock = clock
    this.#ms = ms
    this.#run = run
  }

  /** Something happened. */
  one(): void {
    this.#cancel ??= this.#clock.after(this.#ms, () => {
      this.#cancel = null
      this.#run()
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
