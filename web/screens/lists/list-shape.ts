import type { Words } from '../../words/en.ts'

export type ListName = keyof Words['lists']

export type Row = Record<string, unknown>

/** Something that can be done with a row. */
export interface RowAction {
  command: string
  /** Its name among the words of actions. */
  label: keyof Words['actions']
  params: (row: Row) => object
  /** It takes something away, or cannot be taken back. */
  dangerous?: boolean
  /** Its answer is what one wants: it is shown in a form of its own. */
  shows?: true
  /** Of which rows; absent: of all. */
  of?: (row: Row) => boolean
}

/** A list that is drawn from what a command answers, with what can be done with its rows. */
export interface ListShape {
  name: ListName
  command: string
  params?: object
  /** Field of the answer with the rows; absent: the answer itself is shown, field by field. */
  rows?: string
  /** Columns in their order; absent: what the answer has. */
  columns?: readonly string[]
  /** It is asked again all the time while it is looked at: something comes, or gets on. */
  live?: true
  /** Command that adds a row. */
  add?: string
  /** Commands that concern the list as a whole. */
  also?: readonly string[]
  actions?: readonly RowAction[]
}

/** Lists that stand on one page. */
export interface SectionShape {
  path: string
  title: (words: Words) => string
  lists: readonly ListShape[]
}
