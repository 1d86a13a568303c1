import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFleetingly } from '../shared/durable-file.ts'
import { variable } from '../shared/environment.ts'
import { asError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Heartbeat } from '../shared/messages/heartbeat.ts'
import type { LinkState } from './link/connect-loop.ts'
import type { PartLevel } from './log-levels.ts'

/** Something this agent should have and has not, with what to do about it. */
export interface Missing {
  part: string
  reason: string
  /** How to mend it, where it is not a part of the reason. */
  hint?: string
}

/** The part of what the hub does not know of this device. */
export const INTRODUCTION = 'introduction'

/** The part of who this device is. */
export const IDENTITY = 'identity'

/** The part of which versions meet. */
export const VERSION = 'version'

/** How the agent is, for `lares edge status` and for the hub's `doctor` command. */
export interface AgentStatus {
  at: number
  pid: number
  version: string
  device: string | null
  name: string | null
  link: LinkState | { state: 'not_joined'; reason: string; code: 'not_joined'; address: '' }
  missing: Missing[]
  sensors: number
  heartbeat: Heartbeat | null
  /** Parts that say more or less in the log than the configuration has it. Absent: told by an older agent. */
  log_levels?: PartLevel[]
}

const NAME = 'agent.json'

/** Where a running agent leaves word: the unit's runtime folder, which is in memory, else the data folder. */
export function runtimeFolder(env: NodeJS.ProcessEnv, dataFolder: string): string {
  return variable('RUNTIME_DIRECTORY', env)?.split(':')[0] || dataFolder
}

/** Leaves word for who asks later. Not durable, because it is true only now; a disk that fails is only logged. */
export function writeStatus(folder: string, status: AgentStatus, log: Log): void {
  const file = join(folder, NAME)
  try {
    writeFleetingly(file, JSON.stringify(status), 0o640)
  } catch (error) {
    log.debug({ file, error: asError(error).message }, 'the status file cannot be written')
  }
}

/** The word an agent left in one of the folders, or `null`. */
export function readStatus(folders: readonly string[]): AgentStatus | null {
  for (const folder of folders) {
    try {
      return JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as AgentStatus
    } catch {
      // none here, or from another version: the next folder may have one
    }
  }
  return null
}
