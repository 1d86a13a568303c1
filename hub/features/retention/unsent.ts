/** Tables whose rows leave by age and travel by their own key. */
export type PurgedTable = 'readings' | 'events' | 'reading_rollups'

/**
 * What central does not have yet, as the upload knows it. Asked anew in every transaction that removes rows, so it must
 * answer from memory or by a few look-ups.
 */
export interface Unsent {
  /**
   * Rows with a key up to this are acknowledged by central, under whatever epoch. `null`: no central is configured,
   * nothing waits to be sent. Where older keys are still on their way (a backfill), the lowest of the open ones counts.
   */
  upto(table: PurgedTable): number | null
  /** Keys of rows that central refused and that wait in quarantine: they stay, acknowledged or not. */
  held(table: PurgedTable): ReadonlySet<number>
}

const NONE: ReadonlySet<number> = new Set()

/** A house without a central. */
export const nothingToSend: Unsent = { upto: () => null, held: () => NONE }
