import { join } from 'node:path'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { HubConfig } from './config.ts'
import type { EngineThread } from './engine/thread.ts'

export interface HubOptions {
  folder: string
  config: HubConfig
  /** Where that stands. Absent: nowhere, each key has its default. */
  configFile?: string
  version: string
  clock: Clock
  log: Log
  logLevel: string
  /** Ends this hub in order and begins it again; returns at once. Absent: nobody here can. */
  startAgain?: (why: string) => void
  /** The engine's thread, when it is loading its program already. Default: one that begins when the database is opened. */
  engine?: EngineThread
}

/** The way in of the command line. */
export function localSocket({ folder, config }: Pick<HubOptions, 'folder' | 'config'>): string {
  return config.listen.socket ?? join(folder, 'hub.sock')
}
