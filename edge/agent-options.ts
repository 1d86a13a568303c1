import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { ConfigFault } from './config/fault.ts'
import type { EdgeConfig } from './config/schema.ts'
import type { Machine } from './health/machine.ts'
import type { AgentStatus } from './status/status-file.ts'

export interface AgentOptions {
  dataFolder: string
  config: EdgeConfig
  /** The file the configuration came from, for error messages. */
  configFile: string | null
  /** What of the configuration was wrong and is left out. */
  configFaults?: readonly ConfigFault[]
  env: NodeJS.ProcessEnv
  machine: Machine
  /** `mono` counts from the machine's boot. */
  clock: Clock
  log: Log
  boot: string
  version: string
  random?: () => number
  /** Called with every change worth telling. */
  onStatus?: (status: AgentStatus) => void
  /** The hub wants the agent to end and begin anew. Absent: nobody would start it again. */
  onRestart?: () => void
}
