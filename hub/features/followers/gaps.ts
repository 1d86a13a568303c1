import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { FOLLOWING } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'

/** Why a follower never had rows. */
export const GAP_REASONS = ['purged', 'refused', 'skipped', 'was_off', 'restored'] as const
export type GapReason = (typeof GAP_REASONS)[number]

export interface Gap {
  follower: string
  table: string
  first: number
  last: number
  rows: number
  reason: GapReason
  /** What refused them. */
  error?: string
}

interface GapRow {
  id: number
  follower: string
  table_name: string
  first_id: number
  last_id: number
  rows: number
  reason: GapReason
  error: string | null
  began_at: number
}

/** What is lost for one reason within this time is one gap: the first of it is said at once, and all of it at its end. */
const ONE_GAP_MS = 3_600_000

/** Writes down rows that a follower never had, counts them, and says so. */
export function addGap(context: Context, gap: Gap): void {
  const { db, now } = context
  const { follower, table, first, last, rows, reason } = gap
  db.prepare('UPDATE followers SET lost_rows = lost_rows + ? WHERE name = ?').run(rows, follower)
  const open = db
    .prepare(
      'SELECT id FROM follower_gaps WHERE follower = ? AND table_name = ? AND reason = ? AND abs(? - began_at) < ? ORDER BY id DESC LIMIT 1',
    )
    .pluck()
    .get(follower, table, reason, now, ONE_GAP_MS) as number | undefined
  if (open !== undefined) {
    db.prepare(
      'UPDATE follower_gaps SET first_id = min(first_id, ?), last_id = max(last_id, ?), rows = rows + ?, ended_at = ? WHERE id = ?',
    ).run(first, last, rows, now, open)
    return
  }
  const error = gap.error === undefined ? null : cutText(cleanText(gap.error), FOLLOWING.errorLength)
  const { lastInsertRowid } = db
    .prepare(
      'INSERT INTO follower_gaps (follower, table_name, first_id, last_id, rows, told_rows, reason, error, began_at, ended_at) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(follower, table, first, last, rows, rows, reason, error, now, now)
  tell(context, Number(lastInsertRowid))
  db.prepare(
    'DELETE FROM follower_gaps WHERE follower = :follower AND id <= ' +
      '(SELECT id FROM follower_gaps WHERE follower = :follower ORDER BY id DESC LIMIT 1 OFFSET :kept)',
  ).run({ follower, kept: FOLLOWING.gaps })
}

/** Says of gaps that have grown since they were first said, and grow no more, how large they became. */
export function tellGrown(context: Context): void {
  const { db, now } = context
  const grown = db
    .prepare('SELECT id FROM follower_gaps WHERE rows > told_rows AND abs(? - began_at) >= ? LIMIT 100')
    .pluck()
    .all(now, ONE_GAP_MS) as number[]
  for (const id of grown) {
    db.prepare('UPDATE follower_gaps SET told_rows = rows WHERE id = ?').run(id)
    tell(context, id)
  }
}

/** How many rows behind a key are in gaps already: of a gap around it, as many as there is room for. */
export function countedAfter({ db }: Pick<Context, 'db'>, follower: string, key: number): number {
  const counted = db.prepare(
    'SELECT coalesce(sum(min(rows, last_id - max(first_id - 1, :key))), 0) FROM follower_gaps ' +
      'WHERE follower = :follower AND last_id > :key',
  )
  return Number(counted.pluck().get({ follower, key }))
}

function tell(context: Context, id: number): void {
  const { follower, table_name, first_id, last_id, rows, reason, error } = context.db
    .prepare('SELECT * FROM follower_gaps WHERE id = ?')
    .get(id) as GapRow
  const data = { follower, table: table_name, first: first_id, last: last_id, rows, reason }
  context.addEvent({ type: 'follower_gap', data: { ...data, ...(error === null ? {} : { error }) } })
}
