import type { Database } from '../../../shared/sqlite/open.ts'

/** An archive as it is known at a place. */
export interface KnownArchive {
  name: string
  bytes: number
  /** ms since 1970 UTC. */
  made_at: number
  /** When it was last read from where it lies; `null`: never. */
  verified_at: number | null
  /** When its database was last opened; `null`: never. */
  opened_at: number | null
  /** What is wrong with it; `null`: nothing is known to be. */
  fault: string | null
}

/** What is known of a place. */
export interface PlaceRecord {
  archives: KnownArchive[]
  /** The time that a backup was last asked for by the clock; `null`: never. */
  due_at: number | null
  /** Since when it is known. */
  since: number
}

const PREFIX = 'backups:'
/** Where nobody can look what lies there, so many are remembered. */
const REMEMBERED = 50

/** What is known of a place; the newest archive first. */
export function placeRecord(db: Database, place: string): PlaceRecord | null {
  const stored = db
    .prepare('SELECT value FROM hub_settings WHERE key = ?')
    .pluck()
    .get(PREFIX + place)
  return stored === undefined ? null : (JSON.parse(String(stored)) as PlaceRecord)
}

export function keepRecord(db: Database, place: string, record: PlaceRecord): void {
  const archives = [...record.archives]
    .sort((a, b) => b.made_at - a.made_at || (a.name < b.name ? 1 : -1))
    .filter((_, at) => at < REMEMBERED)
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(PREFIX + place, JSON.stringify({ ...record, archives }))
}

/** Of places that hub.toml has no more, nothing is to be known. */
export function forgetPlaces(db: Database, kept: readonly string[]): void {
  const keys = db.prepare("SELECT key FROM hub_settings WHERE key GLOB 'backups:*'").pluck().all() as string[]
  for (const key of keys)
    if (!kept.includes(key.replace(PREFIX, ''))) db.prepare('DELETE FROM hub_settings WHERE key = ?').run(key)
}
