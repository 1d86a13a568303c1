import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { House } from '../../engine/house.ts'
import { newestKey } from '../../store/append-keys.ts'
import { keyBack } from '../../store/passed-keys.ts'
import type { Followed } from '../retention/held-back.ts'
import { lastBefore } from './followed-table.ts'
import { type DurableRow, followedOf, waitedFor } from './follower-row.ts'
import { addGap } from './gaps.ts'

const DAY_MS = 86_400_000

/** Rows that went before a follower had them, in one transaction. */
interface Lost {
  row: DurableRow
  first: number
  last: number
  rows: number
}

/** Keeps rows from going that followers still want, and counts those that go all the same. */
export function openHeldBack({ db }: Pick<House, 'db'>): Followed {
  let waiting = new Map<string, DurableRow[]>()
  let holds = new Map<string, Waits[]>()
  const lost = new Map<string, Lost>()

  function count(row: DurableRow, id: number): void {
    const known = lost.get(row.name) ?? { row, first: id, last: id, rows: 0 }
    known.first = Math.min(known.first, id)
    known.last = Math.max(known.last, id)
    known.rows += 1
    lost.set(row.name, known)
  }

  return {
    get waits() {
      return waitedFor(db).length > 0
    },
    refresh(now) {
      waiting = Map.groupBy(waitedFor(db), (row) => row.table_name)
      holds = new Map([...waiting].map(([table, rows]) => [table, rows.map((row) => openHold(db, row, now))]))
    },
    waitsFor: (table, row, ended) => holds.get(table)?.some((waits) => waits(row, ended)) ?? false,
    removed(table, id) {
      for (const row of waiting.get(table) ?? []) if (id > row.position) count(row, id)
    },
    settle(context: Context) {
      for (const { row, ...gap } of lost.values())
        addGap(context, { follower: row.name, table: row.table_name, ...gap, reason: 'purged' })
      lost.clear()
    },
    forget: () => lost.clear(),
  }
}

/** Whether a row with this key and time waits for a follower, when the time of its class ends then. */
type Waits = (row: { id: number; time: number }, ended: number) => boolean

/**
 * What waits for one follower, as of one transaction. The hold of a row begins at the end of its time, or when it came, where
 * that was later. Of what came in time so many may wait, and of what came late as many again.
 */
function openHold(db: Database, row: DurableRow, now: number): Waits {
  const { position, hold_days, hold_rows, table_name } = row
  const holdMs = hold_days * DAY_MS
  const newest = newestKey(db, table_name)
  /** Keys of what came before a moment, by that: there are few classes, and many rows. */
  const keys = new Map<number, number>()
  function cameBefore(before: number): number {
    const key = keys.get(before) ?? lastBefore(db, followedOf(row), { key: position, before })
    keys.set(before, key)
    return key
  }
  /** The last keys whose rows are more than are to be held, by the newest of them. */
  const tooMany = new Map<number, number>()
  function rowsBefore(key: number): number {
    const before = tooMany.get(key) ?? keyBack(db, table_name, { key, keys: hold_rows })
    tooMany.set(key, before)
    return before
  }
  return ({ id, time }, ended) => {
    if (id <= position) return false
    const inTime = cameBefore(ended)
    const newestOfThem = id <= inTime ? inTime : newest
    if (id <= rowsBefore(newestOfThem)) return false
    return time >= ended - holdMs || id > cameBefore(now - holdMs)
  }
}
