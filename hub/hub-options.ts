import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { HubConfig } from './config.ts'

export interface HubOptions {
  folder: string
  config: HubConfig
  version: string
  clock: Clock
  log: Log
  logLevel: string
}
