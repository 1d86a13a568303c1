import type { Database } from '../../shared/sqlite/open.ts'
import type { TableDeclaration } from './synced-table.ts'

const KEY = 'readings_indexed'

/** SQL of the key up to which `reading_index` has readings; what came after is found where it lies. */
const UPTO = `coalesce((SELECT CAST(value AS INTEGER) FROM hub_settings WHERE key = '${KEY}'), 0)`

/**
 * As many readings as any house writes in the two minutes after which states are written at the latest. Where the index is made anew, all
 * that there ever were wait for it, and nobody may look through them who keeps the house waiting.
 */
const RECENT_KEYS = 50_000

/** SQL of the key behind which are the newest readings of those that are not indexed. */
export const RECENT_FROM = `max(${UPTO}, coalesce((SELECT max(id) FROM readings), 0) - ${RECENT_KEYS})`

export function readRecentFrom(db: Database): number {
  return Number(db.prepare(`SELECT ${RECENT_FROM}`).pluck().get())
}

export function readIndexedUpto(db: Database): number {
  return Number(db.prepare(`SELECT ${UPTO}`).pluck().get())
}

/** Call in the transaction that indexed them. */
export function writeIndexedUpto(db: Database, upto: number): void {
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, String(upto))
}

/** The index was made anew, and is empty. */
export function forgetIndexedUpto(db: Database): void {
  db.prepare('DELETE FROM hub_settings WHERE key = ?').run(KEY)
}

/** A trigger that does what a foreign key would: rows go with what they stand on. With no index a key would read the whole table. */
export function indexedTriggers({ name, key, named }: TableDeclaration): { name: string; sql: string }[] {
  return [...named].flatMap(([column, { table, through }]) => {
    if (through === undefined) return []
    const trigger = `owned_${name}_${column}`
    const of = `"${column}" = OLD.id`
    const statements = [
      `DELETE FROM "${name}" WHERE "${key}" IN (SELECT id FROM "${through}" WHERE ${of})`,
      `DELETE FROM "${name}" WHERE "${key}" > ${UPTO} AND ${of}`,
      `DELETE FROM "${through}" WHERE ${of}`,
    ]
    return [
      {
        name: trigger,
        sql: `CREATE TRIGGER ${trigger} BEFORE DELETE ON "${table}" BEGIN ${statements.join('; ')}; END`,
      },
    ]
  })
}
