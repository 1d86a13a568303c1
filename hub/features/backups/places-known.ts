import type { Database } from '../../../shared/sqlite/open.ts'

const KNOWN = "SELECT substr(key, 9) FROM hub_settings WHERE key GLOB 'backups:*' ORDER BY key"

/** Places of hub.toml: each is known from the first look at the clock on. */
export function placesOf(db: Database): string[] {
  return db.prepare(KNOWN).pluck().all() as string[]
}
