import { type HubProcess, startHub } from '../../../scripts/lib/bench/hub-process.ts'
import { buildShim } from './shim.ts'
import { type Safeguard, withoutSafeguard } from './without-safeguard.ts'

/** Exit status of a process that was cut. */
export const CUT = 86

export interface PowerCut {
  folder: string
  seed: number
  keep: 'none' | 'some'
  /** The cut comes during this fsync; absent means by `hub.signal('SIGUSR2')`. */
  afterSyncs?: number
  /** Takes a safeguard out, see mutate.ts. */
  mutation?: Safeguard
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
      ...(cut.mutation === undefined ? {} : withoutSafeguard(cut.mutation)),
    },
  })
}
