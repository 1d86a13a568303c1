/**
 * Named moments of a transaction at central. A batch: begun, moved (the cursor), copied, merged, counted, committed. A split:
 * begun, moved, opened, committed. A sweep: begun, swept, committed. A greeting: begun, leased, opened, committed.
 */
export type Moment = 'begun' | 'moved' | 'copied' | 'merged' | 'counted' | 'opened' | 'swept' | 'leased' | 'committed'

/** Called at each moment, for tests that kill one side there. `work`: a batch's stream, or `split`, `sweep`, `greeting`. */
export type Failpoint = (moment: Moment, work: string) => Promise<void> | void

export const NO_FAILPOINT: Failpoint = () => {}
