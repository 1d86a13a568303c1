/**
 * Named moments of a transaction at central. A batch: begun, moved (the cursor), copied, merged, counted, committed. A split:
 * begun, moved, opened, committed. A prune: begun, pruned, committed. An erasure: begun, erased, committed. A fetch of lost
 * rows: begun, committed. A handshake: begun, leased, opened, committed.
 */
export type Moment =
  | 'begun'
  | 'moved'
  | 'copied'
  | 'merged'
  | 'counted'
  | 'opened'
  | 'pruned'
  | 'erased'
  | 'leased'
  | 'committed'

/** Called at each moment, for tests that kill one side there. `work`: a batch's stream, or `split`, `prune`, `erase`, `fetch`, `handshake`. */
export type Failpoint = (moment: Moment, work: string) => Promise<void> | void

export const NO_FAILPOINT: Failpoint = () => {}
