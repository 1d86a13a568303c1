import type { Backoff } from './backoff.ts'
import type { Cancel, Clock } from './clock.ts'
import { asError, explain, LaresError } from './errors.ts'
import type { Service } from './lifecycle.ts'
import type { Log } from './log.ts'

export interface ContainedOptions {
  clock: Clock
  log: Log
  /** The part did not start, or does now. */
  failed: (error: Error | null) => void
  /** When to try again. Without it a part that did not start is tried at the next start of the program. */
  backoff?: Backoff
}

/**
 * A part whose failure is its own: when it does not start, the others start all the same and its reason is told. With a
 * back-off its `start` must be safe to call again after it failed.
 */
export function contained(part: string, service: Service, { clock, log, failed, backoff }: ContainedOptions): Service {
  let again: Cancel = () => {}
  let stopped = false
  let told: string | null = null

  async function start(): Promise<void> {
    try {
      await service.start()
      if (told !== null) log.info({ part }, 'a part that had failed works now')
      told = null
      failed(null)
    } catch (thrown) {
      const error = asError(thrown)
      // What has a code is known, and where it comes from says nobody anything.
      const reason = error instanceof LaresError ? explain(error) : error.stack
      if (told !== error.message) log.error({ part, error: reason }, 'a part did not start; the others go on')
      told = error.message
      failed(error)
      if (backoff && !stopped) again = clock.after(backoff.next(), () => void start())
    }
  }

  return {
    start,
    async stop() {
      stopped = true
      again()
      await service.stop()
    },
  }
}
