import type { Clock } from '../../../shared/clock.ts'
import type { AlertMessage } from './message-job.ts'

/** What whoever sends a message is given beside it. */
export interface SendContext {
  /** Filled with zeros once it has settled; `null`: the entry names none. */
  secret: Buffer | null
  /** The same whenever the same message is sent. */
  idempotencyKey: string
  now: number
  signal: AbortSignal
  clock: Clock
}

/** Sends a message to an entry of `hub.toml`. What it throws is worth another try. */
export type SendMessage<T> = (message: AlertMessage, target: T, context: SendContext) => Promise<void>
