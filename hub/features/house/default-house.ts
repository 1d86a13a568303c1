import type { Context } from '../../engine/context.ts'

/** One house is made at first start, so that the first device has where to belong. */
export function ensureHouse(context: Context): void {
  if (context.db.prepare('SELECT 1 FROM houses LIMIT 1').get()) return
  context.db
    .prepare('INSERT INTO houses (id, name, timezone, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
    .run(context.id(), 'Home', ownTimezone(), context.now, context.now)
}

/** Where nobody says another: a hub mostly stands in the house. */
export function ownTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}
