import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

/** The house that devices join when nobody names another: the oldest one. */
export function defaultHouse(db: Database): string {
  const id = db.prepare('SELECT id FROM houses ORDER BY created_at, id LIMIT 1').pluck().get()
  if (typeof id !== 'string') throw new Error('there is no house, although one is made at first start')
  return id
}

/** One house is made at first start, so that the first device has where to belong. */
export function ensureHouse(context: Context): void {
  if (context.db.prepare('SELECT 1 FROM houses LIMIT 1').get()) return
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  context.db
    .prepare('INSERT INTO houses (id, name, timezone, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
    .run(context.id(), 'Home', timezone, context.now, context.now)
}
