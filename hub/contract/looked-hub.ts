import type { CurrentProblem } from '../engine/health-problem.ts'

/** How the hub is, as only its front knows. */
export interface LookedHub {
  problems: readonly CurrentProblem[]
  /** Of the disk with the data folder, 0 to 1; `null` before it was measured. */
  diskUsedShare: number | null
  /** When the newest copy of the database was made; `null`: there is none. */
  backupAt: number | null
  /** When the certificate ends that the hub shows. */
  certificateEndsAt: number | null
  /** Age of the oldest row that central does not have; `null` where there is no central. */
  centralBehindMs: number | null
  /** Of what an eMMC was made for, percent; `null` where the card does not say. */
  cardUsedPercent: number | null
}
