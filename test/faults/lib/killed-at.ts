import { join } from 'node:path'
import type { KillMoment } from './kill-moment.ts'

const KILLER = join(import.meta.dirname, 'kill-at-moment.ts')

/** The environment of a hub that is killed at this moment; absent: at none. */
export function killedAt(moment?: KillMoment): NodeJS.ProcessEnv {
  return moment ? { NODE_OPTIONS: `--import ${KILLER}`, LARES_KILL_MOMENT: JSON.stringify(moment) } : {}
}
