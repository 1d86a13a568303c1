/**
 * What central does not have yet of tables that travel by their own key, as the upload knows it. Asked anew in every
 * transaction that removes rows, so it must answer from memory or by a few look-ups.
 */
export interface Unsent {
  /**
   * Rows with a key up to this are acknowledged by central, under whatever epoch. `null`: no central is configured,
   * nothing waits to be sent. Where older keys are still on their way (a backfill), the lowest of the open ones counts.
   */
  upto(table: string): number | null
  /** Keys of rows that central refused and that wait in quarantine: they stay, acknowledged or not. */
  held(table: string): ReadonlySet<number>
  /**
   * Keys that central may have although nothing says so here, because its reply was lost. They stay even when the disk
   * fills up: at the next handshake both sides compare what was sent, and a hub without those rows looks like a restored
   * copy.
   */
  inFlight(table: string): readonly Keys[]
}

/** A range of keys, the first exclusive, the last inclusive. */
export interface Keys {
  first: number
  last: number
}

const NONE: ReadonlySet<number> = new Set()

/** A house without a central. */
export const nothingToSend: Unsent = { upto: () => null, held: () => NONE, inFlight: () => [] }
