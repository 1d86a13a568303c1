import { type Clock, wait } from '../shared/clock.ts'
import { asError, canRetry } from '../shared/errors.ts'
import type { AdminClient } from './admin-client.ts'

const AGAIN_MS = 1_000

export interface LineParts {
  connect(): Promise<AdminClient>
  /** What begins anew with each connection. */
  begin(client: AdminClient): Promise<void>
  /** The hub went away, and why. Said once, however often it is looked for. */
  away(reason: string): void
  /** It is there again, before `begin`; how long it was away. */
  back(awayMs: number): void
  clock: Clock
  /** Aborted when nobody wants to hear more: it returns at once, whatever it waits for. */
  signal: AbortSignal
}

/**
 * Stays connected to a hub, over its restarts. Throws what the first connection throws: a hub that was never there is no
 * restart. Later only what trying again cannot help is thrown.
 */
export async function stayConnected({ connect, begin, away, back, clock, signal }: LineParts): Promise<void> {
  const stopped = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))
  let awaySince: number | null = null
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    let reason: unknown
    try {
      const client = await Promise.race([connect(), stopped])
      if (client === null) return
      if (awaySince !== null) back(clock.mono() - awaySince)
      awaySince = null
      try {
        await Promise.race([begin(client), stopped])
        reason = await Promise.race([client.ended, stopped])
      } finally {
        void client.close()
      }
    } catch (error) {
      if (isFirst || !canRetry(error)) throw error
      reason = error
    }
    if (signal.aborted) return
    if (awaySince === null) {
      awaySince = clock.mono()
      away(asError(reason).message)
    }
    await wait(clock, AGAIN_MS, signal)
  }
}
