/** Days that rows are kept; `null` is for ever. */
export type RetentionDays = number | null

/**
 * Rows of one table that leave by age, as `lares retention` shows and sets it. The table stays in the house (`local`) and has
 * an `id`: what travels to central may go only when central has it, and that has rules of its own.
 */
export interface RetentionClass {
  /** In lower case; a part behind a colon is a case of what is before it. */
  name: string
  /** Where nobody chose otherwise. */
  days: RetentionDays
  table: string
  /** Which of its rows, as a condition in SQL. Default: all. */
  where?: string
  /** The column from whose time on a row ages; a row in which it is `NULL` stays. */
  since: string
  /** A row with a higher id is never older. Then no index over `since` is needed, however many rows there are. */
  inOrderOfIds?: boolean
}
