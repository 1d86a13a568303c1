import { join } from 'node:path'
import { type HubProcess, startHub } from '../../../scripts/lib/bench/hub-process.ts'
import { buildShim } from './shim.ts'

/** Exit status of a process that was cut. */
export const CUT = 86

const MUTATE = join(import.meta.dirname, 'mutate.ts')

export interface PowerCut {
  folder: string
  seed: number
  keep: 'none' | 'some'
  /** The cut comes during this fsync; absent means by `hub.signal('SIGUSR2')`. */
  afterSyncs?: number
  /** Takes a safeguard out, see mutate.ts. */
  mutation?: 'synchronous-normal' | 'ack-first'
}

/** A hub whose data folder loses power. */
export function startDoomedHub(cut: PowerCut): Promise<HubProcess> {
  return startHub({
    folder: cut.folder,
    env: {
      LD_PRELOAD: buildShim('power-cut'),
      LARES_POWER_CUT_FOLDER: cut.folder,
      LARES_POWER_CUT_SEED: String(cut.seed),
      LARES_POWER_CUT_KEEP: cut.keep,
      LARES_POWER_CUT_AFTER_SYNCS: cut.afterSyncs === undefined ? '' : String(cut.afterSyncs),
      // Not as an argument: the engine's thread gets its own.
      ...(cut.mutation === undefined ? {} : { NODE_OPTIONS: `--import ${MUTATE}`, LARES_TEST_MUTATION: cut.mutation }),
    },
  })
}
