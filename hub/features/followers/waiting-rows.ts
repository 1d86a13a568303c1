import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { House } from '../../engine/house.ts'
import type { Followed } from '../retention/held-back.ts'
import { lastBefore, newestKey } from './followed-table.ts'
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
  let upto = new Map<string, number>()
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
      upto = new Map(
        [...waiting].map(([table, rows]) => [table, Math.min(...rows.map((row) => keptFrom(db, row, now)))]),
      )
    },
    upto: (table) => upto.get(table) ?? null,
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

/** The key up to which the follower is done, or was waited for long enough: too old, or too many behind it. */
function keptFrom(db: Database, row: DurableRow, now: number): number {
  const { position, hold_days, hold_rows, table_name } = row
  const tooMany = newestKey(db, table_name) - hold_rows
  const key = Math.max(position, tooMany)
  return lastBefore(db, followedOf(row), { key, before: now - hold_days * DAY_MS })
}
