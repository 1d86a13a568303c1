import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { declarations } from '../../store/declarations.ts'
import { makeAnew, type SearchIndex, searchIndexes } from '../../store/search-index.ts'
import { faultBehind, faultOf } from './check-index.ts'
import { fillStep, type RowSpan, spanAfter } from './fill.ts'

/** In one tick: a few milliseconds of a Pi. */
const ROWS_AT_ONCE = 500
const DAY_MS = 86_400_000

/**
 * Fills the search indexes, and compares each with its table after a start and once a day. One that is wrong is made anew. All of
 * it goes in steps of bounded size, one in a tick, and a step that did not happen is the next one.
 */
export function openSearch({ db, log }: House): Feature {
  const indexes = searchIndexes(declarations())
  /** What is to be compared still, and up to which key the first of them was. */
  let toCheck: SearchIndex[] = [...indexes]
  let checkedTo: RowSpan['after'] = null
  let begunAt: number | null = null

  const unfilled = db.prepare('SELECT table_name FROM search_state WHERE rebuild OR NOT is_filled').pluck()
  const isWanted = db.prepare('SELECT rebuild FROM search_state WHERE table_name = ?').pluck()

  /** Whether there was something to fill. */
  function fillNext(): boolean {
    const table = unfilled.get()
    const index = indexes.find((one) => one.table === table)
    if (!index) return false
    if (isWanted.get(table) === 1) makeAnew(db, index)
    fillStep(db, index, ROWS_AT_ONCE)
    return true
  }

  function checkNext(index: SearchIndex): void {
    const span = spanAfter(db, index, checkedTo, ROWS_AT_ONCE)
    const fault = span === null ? faultBehind(db, index, checkedTo) : faultOf(db, index, span)
    if (fault !== null) {
      log.warn({ table: index.table, fault }, 'a search index is wrong; it is made anew')
      makeAnew(db, index)
    }
    checkedTo = fault === null && span !== null ? span.upto : null
    if (checkedTo === null) toCheck = toCheck.slice(1)
  }

  function beginDaily({ now }: Context): void {
    begunAt ??= now
    if (Math.abs(now - begunAt) < DAY_MS) return
    begunAt = now
    toCheck = [...indexes]
    checkedTo = null
  }

  return {
    name: 'search',
    tick(context) {
      beginDaily(context)
      if (fillNext()) return
      const [next] = toCheck
      if (next) checkNext(next)
    },
  }
}
