import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { writeFleetingly } from '../../shared/durable-file.ts'
import { variable } from '../../shared/environment.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { PartLevel } from '../control/log-levels.ts'
import type { LinkState } from '../link/connect-loop.ts'

/** Something this agent should have and has not, with what to do about it. */
export interface Missing {
  part: string
  reason: string
  /** How to mend it, where it is not a part of the reason. */
  hint?: string
}

/** One output, as a person looks at it. */
export interface OutputWord {
  key: string
  name: string
  pin: number
  /** `on`, `off`, `40 %`; `null` while it cannot be driven. */
  state: string | null
  /** Until it takes its safe state by itself; `null`: it does not. */
  safe_in_ms: number | null
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
  /** Where it keeps identity and outbox. Absent: told by an older agent. */
  data_folder?: string
  sensors: number
  /** Absent: told by an older agent. */
  outputs?: OutputWord[]
  heartbeat: Heartbeat | null
  /** Parts that say more or less in the log than the configuration has it. Absent: told by an older agent. */
  log_levels?: PartLevel[]
}

const NAME = 'agent.json'

/** Where a running agent leaves word: the unit's runtime folder, which is in memory, else the data folder. */
export function runtimeFolder(env: NodeJS.ProcessEnv, dataFolder: string): string {
  return variable('RUNTIME_DIRECTORY', env)?.split(':')[0] || dataFolder
}

/** Where the service keeps its runtime folder, for a person who asks from another shell. */
const SERVICE_RUNTIME = '/run/lares-edge'

/**
 * Where the agent that a person means may have left word, the likeliest first. The agent of the service is meant where
 * nobody named a data folder, and where the named one is its own.
 */
export function askedFolders(
  env: NodeJS.ProcessEnv,
  { dataFolder, isNamed, service = SERVICE_RUNTIME }: { dataFolder: string; isNamed: boolean; service?: string },
): string[] {
  const own = runtimeFolder(env, dataFolder)
  const isMeant = !isNamed || isOf(readStatus(service), dataFolder)
  return isMeant && own !== service ? [own, service] : [own]
}

/** Whether the word is that of the agent of this data folder, under whatever name of it. */
export function isOf(word: AgentStatus | null, dataFolder: string): boolean {
  return word?.data_folder !== undefined && realFolder(word.data_folder) === realFolder(dataFolder)
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    // Not there, or not to be looked into by this account: its name is what is known of it.
    return folder
  }
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

/** The words that agents left in these folders, in their order. */
export function readStatuses(folders: readonly string[]): AgentStatus[] {
  return folders.map(readStatus).filter((word) => word !== null)
}

function readStatus(folder: string): AgentStatus | null {
  try {
    return JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as AgentStatus
  } catch {
    // none here, or from another version
    return null
  }
}
