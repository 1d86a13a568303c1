import type { Context } from '../../engine/context.ts'
import type { Follower, FollowerKinds } from '../../engine/follower.ts'
import { newestKey } from '../../store/append-keys.ts'
import { firstAfter, goneAfter } from './followed-table.ts'
import { type DurableRow, type FollowerRow, followedOf, followerRow } from './follower-row.ts'
import { addGap, countedAfter, type GapReason } from './gaps.ts'
import { holdOf } from './settings.ts'

/**
 * At start: gives new followers a position, and makes of those that nobody has or wants any more what holds nothing back. A
 * position that stood still meanwhile, or comes from a copy of the database, has lost what is gone since.
 */
export function resume(
  context: Context,
  { followers, settings }: { followers: FollowerKinds; settings: Readonly<Record<string, unknown>> },
): void {
  const { db } = context
  const before = new Map((db.prepare('SELECT * FROM followers').all() as FollowerRow[]).map((row) => [row.name, row]))
  db.prepare('UPDATE followers SET is_wanted = 0 WHERE is_wanted = 1').run()
  for (const follower of followers.values()) {
    if (follower.wanted && !follower.wanted(settings)) continue
    const known = before.get(follower.name)
    if (known && (known.table_name !== follower.table || known.kind !== follower.kind))
      db.prepare('DELETE FROM followers WHERE name = ?').run(follower.name)
    want(context, follower, settings)
    const row = followerRow(db, follower.name)
    if (known && row && row.position !== null) catchUp(context, row as DurableRow, { wasOff: known.is_wanted === 0 })
    db.prepare('UPDATE followers SET epoch = ? WHERE name = ? AND epoch IS NULL').run(context.id(), follower.name)
  }
}

function want(context: Context, follower: Follower, settings: Readonly<Record<string, unknown>>): void {
  const { name, kind, table, storedAt, start } = follower
  const hold = follower.kind === 'fleeting' ? { days: 0, rows: 0 } : holdOf(follower, settings)
  context.db
    .prepare(
      'INSERT INTO followers (name, kind, table_name, stored_at, position, epoch, is_wanted, hold_days, hold_rows) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) ' +
        'ON CONFLICT (name) DO UPDATE SET is_wanted = 1, stored_at = excluded.stored_at, hold_days = excluded.hold_days, hold_rows = excluded.hold_rows',
    )
    .run(
      ...[name, kind, table, storedAt],
      kind === 'fleeting' ? null : begin(context, follower, start),
      context.id(),
      ...[hold.days, hold.rows],
    )
}

/** Before everything that is there is not before everything that ever was: what is gone already is no gap. */
function begin({ db }: Context, follower: Follower, start: Follower['start']): number {
  if (start === 'now') return newestKey(db, follower.table)
  const first = firstAfter(db, follower, 0)
  return first === null ? newestKey(db, follower.table) : first.id - 1
}

function catchUp(context: Context, row: DurableRow, { wasOff }: { wasOff: boolean }): void {
  const { db } = context
  const { name, table_name: table } = row
  const newest = newestKey(db, table)
  // Keys went back: those behind the position were given before, those up to it are given again now.
  if (row.position > newest) {
    const first = firstAfter(db, followedOf(row), 0)
    db.prepare('UPDATE followers SET position = ?, epoch = NULL WHERE name = ?').run(
      first === null ? newest : first.id - 1,
      name,
    )
    return
  }
  const reason: GapReason | null = row.epoch === null ? 'restored' : wasOff ? 'was_off' : null
  if (reason === null) return
  const gone = goneAfter(db, followedOf(row), { key: row.position })
  if (gone === null) return
  const rows = gone.rows - countedAfter(context, name, row.position)
  if (rows > 0) addGap(context, { follower: name, table, ...gone, rows, reason })
}
