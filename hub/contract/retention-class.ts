/** Days that rows are kept; `null` is for ever. */
export type RetentionDays = number | null

/**
 * Rows of one table with an `id` that leave by age, as `lares retention` shows and sets it. The table stays in the house
 * (`local`), or `travels`.
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
  /** The table is sent to central by its own key (`append`, `append_marks`): a row goes once central has it as it is. */
  travels?: true
  /** A row with a higher id is never older. Then no index over `since` is needed, however many rows there are. */
  inOrderOfIds?: boolean
}
