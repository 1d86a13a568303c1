import type { Log } from '../../shared/log.ts'

/** What a database is opened with. */
export interface StoreFolder {
  folder: string
  now: number
  log: Log
}
