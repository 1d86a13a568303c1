import type { Database } from '../../../shared/sqlite/open.ts'

/** A row of `followers`. */
export interface FollowerRow {
  name: string
  kind: 'inside' | 'outside' | 'fleeting'
  table_name: string
  stored_at: string
  position: number | null
  epoch: string | null
  is_wanted: 0 | 1
  hold_days: number
  hold_rows: number
  lost_rows: number
  last_code: string | null
  last_error: string | null
  failing_since: number | null
}

/** One that keeps a position. */
export type DurableRow = FollowerRow & { position: number }

export function followerRow(db: Database, name: string): FollowerRow | undefined {
  return db.prepare('SELECT * FROM followers WHERE name = ?').get(name) as FollowerRow | undefined
}

export function followerRows(db: Database): FollowerRow[] {
  return db.prepare('SELECT * FROM followers ORDER BY name').all() as FollowerRow[]
}

/** Those that keep a position and are wanted: rows wait for them. */
export function waitedFor(db: Database): DurableRow[] {
  return db
    .prepare('SELECT * FROM followers WHERE is_wanted = 1 AND position IS NOT NULL ORDER BY name')
    .all() as DurableRow[]
}

export function followedOf({ table_name, stored_at }: FollowerRow): { table: string; storedAt: string } {
  return { table: table_name, storedAt: stored_at }
}

/** Moves a position on, and whatever kept it there is over. Returns whether it was where it is said to have been. */
export function moveOn(db: Database, { name, from, upto }: { name: string; from: number; upto: number }): boolean {
  const moved = db.prepare(
    'UPDATE followers SET position = max(position, ?), last_code = NULL, last_error = NULL, failing_since = NULL WHERE name = ? AND position = ?',
  )
  return moved.run(upto, name, from).changes === 1
}
