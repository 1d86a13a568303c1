import type { Context } from '../../engine/context.ts'

/** Rows that followers have not had yet. They wait for a while, and what goes then is counted. */
export interface Followed {
  /** Whether there is anybody for whom rows wait. The same as long as the database is open. */
  readonly waits: boolean
  /** Reads again how far followers are. Call in each transaction before rows are taken. */
  refresh(now: number): void
  /**
   * Whether the row must not go yet because a follower has not had it. `time` is its own, by which it ages; `ended`: what is
   * older has had its time.
   */
  waitsFor(table: string, row: { id: number; time: number }, ended: number): boolean
  /** Told of each row that went, whether it was held back or not. */
  removed(table: string, id: number): void
  /** Writes down what was lost, in the transaction in which it went. */
  settle(context: Context): void
  /** That transaction was undone. */
  forget(): void
}
