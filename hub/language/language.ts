import type { ReadList } from './lists.ts'
import type { Grammar } from './matcher.ts'

/** A language that is understood. */
export interface Language {
  /** Its ISO code. */
  code: string
  grammar: Grammar
  /** The lists that are the same in every house: numbers, spans, times, measures. */
  lists: ReadonlyMap<string, ReadList>
}
