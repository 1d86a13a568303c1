import type { Context } from '../../engine/context.ts'

/** What must not go yet although its time is over, as keys of append tables. */
export interface HeldBack {
  /** Rows with a key up to this may go. `null`: nobody waits for rows of the table. */
  upto(table: string): number | null
}

/** Rows that followers have not had yet. They wait for a while, and what goes then is counted. */
export interface Followed extends HeldBack {
  /** Whether there is anybody for whom rows wait. The same as long as the database is open. */
  readonly waits: boolean
  /** Reads again how far followers are. Call in each transaction before rows are taken. */
  refresh(now: number): void
  /** Told of each row that went, whether it was held back or not. */
  removed(table: string, id: number): void
  /** Writes down what was lost, in the transaction in which it went. */
  settle(context: Context): void
  /** That transaction was undone. */
  forget(): void
}
