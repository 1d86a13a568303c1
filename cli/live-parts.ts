import type { systemClock } from '../shared/clock.ts'
import type { topicsBelow } from '../shared/topics.ts'
import type { AdminClient } from './admin-client.ts'

/** What everything that lives on is given. */
export interface LiveParts {
  connect(): Promise<AdminClient>
  topics: ReturnType<typeof topicsBelow>
  /** The id of the only device that is asked for. Throws `not_found` and `bad_params`. */
  device(client: AdminClient): Promise<string | undefined>
  json: boolean
  print(text: string): void
  say(text: string): void
  clock: typeof systemClock
  signal: AbortSignal
}
