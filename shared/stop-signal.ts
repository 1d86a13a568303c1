import type { Log } from './log.ts'

export interface StopSignal {
  /** Resolves with the name of the first signal. */
  signal: Promise<NodeJS.Signals>
  release(): void
}

/**
 * Waits for SIGTERM or SIGINT, and keeps the process alive meanwhile, which timers of this project do not.
 *
 * Whatever comes after the first changes nothing: Ctrl-C reaches a program twice where a wrapper hands it on, and a stop
 * that has begun is bounded. Whoever does not want to wait for it has SIGKILL.
 */
export function waitForStop(log: Log): StopSignal {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  const { port1 } = new MessageChannel()
  port1.ref()
  let first: NodeJS.Signals | null = null
  const heard = (signal: NodeJS.Signals) => {
    if (first !== null) log.info({ signal }, 'it stops already')
    first ??= signal
    resolve(first)
  }
  process.on('SIGTERM', heard)
  process.on('SIGINT', heard)
  return {
    signal: promise,
    release() {
      port1.close()
      process.off('SIGTERM', heard)
      process.off('SIGINT', heard)
    },
  }
}
