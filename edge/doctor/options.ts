import type { Clock } from '../../shared/clock.ts'
import type { ConfigFault } from '../config/fault.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { Machine } from '../health/machine.ts'
import type { AgentStatus } from '../status/status-file.ts'

export interface DoctorOptions {
  dataFolder: string
  config: EdgeConfig
  configFile: string | null
  /** What of the configuration was wrong and is left out. */
  faults?: readonly ConfigFault[]
  clock: Clock
  machine: Machine
  /** The running agent's own word, or `null` when none runs. What it holds is not opened a second time. */
  status: AgentStatus | null
  env?: NodeJS.ProcessEnv
}
