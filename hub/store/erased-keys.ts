import type { Database } from '../../shared/sqlite/open.ts'

const KEY = 'erased_keys'

/** Keys of an append-only table among which some were erased; both inclusive. */
interface ErasedKeys {
  first: number
  last: number
}

/**
 * Whether rows with a key in (after, upto] may have been erased. At a handshake no chain can be computed over rows that are gone:
 * see `sync/reconcile.ts`.
 */
export function mayBeErased(db: Database, table: string, { after, upto }: { after: number; upto: number }): boolean {
  const keys = readErasedKeys(db)[table]
  return keys !== undefined && keys.last > after && keys.first <= upto
}

function readErasedKeys(db: Database): Readonly<Record<string, ErasedKeys>> {
  const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  return typeof stored === 'string' ? (JSON.parse(stored) as Record<string, ErasedKeys>) : {}
}

export function noteErasedKeys(db: Database, table: string, keys: readonly number[]): void {
  if (keys.length === 0) return
  const all = readErasedKeys(db)
  const { first, last } = all[table] ?? { first: Number.MAX_SAFE_INTEGER, last: 0 }
  const range = { first: Math.min(first, ...keys), last: Math.max(last, ...keys) }
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify({ ...all, [table]: range }))
}
