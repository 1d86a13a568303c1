import type { Database } from '../../shared/sqlite/open.ts'
import { notePassedKeys } from './passed-keys.ts'
import type { LostRange } from './salvage-progress.ts'
import type { TableDeclaration } from './synced-table.ts'

/** Tables without AUTOINCREMENT whose keys are never given twice all the same, see `given_keys`. */
export const GIVEN_KEYS: ReadonlySet<string> = new Set(['readings'])

/** The greatest key that an append-only table ever gave, whether its row is still there or not. */
export function newestKey(db: Database, table: string): number {
  return newestKeyReader(db, table)()
}

/** The same, prepared once. */
export function newestKeyReader(db: Database, table: string): () => number {
  const sql = GIVEN_KEYS.has(table)
    ? `SELECT max(coalesce((SELECT newest FROM given_keys WHERE table_name = ?), 0), (SELECT coalesce(max(id), 0) FROM "${table}"))`
    : 'SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?'
  const read = db.prepare(sql).pluck()
  return () => Number(read.get(table))
}

/** The same of any table, asked again and again. */
export function newestKeys(db: Database): (table: string) => number {
  const readers = new Map<string, () => number>()
  return (table) => {
    const read = readers.get(table) ?? newestKeyReader(db, table)
    readers.set(table, read)
    return read()
  }
}

/** More than are given before the index or the books know of one of them. */
const UNKNOWN_KEYS = 50_000

/** Every place that knows of a reading by its key. */
const KNOWN_KEYS = [
  "SELECT newest FROM given_keys WHERE table_name = 'readings'",
  'SELECT max(id) FROM readings',
  "SELECT max(position) FROM sync_streams WHERE table_name = 'readings'",
  "SELECT max(position) FROM followers WHERE table_name = 'readings'",
  "SELECT max(CAST(value AS INTEGER)) FROM hub_settings WHERE key IN ('readings_indexed', 'lanes_settled')",
  "SELECT json_extract(value, '$.upto') FROM hub_settings WHERE key = 'ledger'",
].map((sql) => `coalesce((${sql}), 0)`)

/**
 * Has the keys of readings go on behind every one that may have been given, in a database that lost rows: what is known of them, and
 * where nobody can read the end of the table, as many more as nobody else knows of. Call while rows that will go with what
 * they belong to are still there: no trigger notes their keys.
 */
export function passLostKeys(db: Database, lost: readonly LostRange[]): void {
  const known = Number(
    db
      .prepare(`SELECT max(${KNOWN_KEYS.join(', ')})`)
      .pluck()
      .get(),
  )
  const ends = lost.filter(({ table }) => table === 'readings').map(({ before }) => before)
  const refused = Math.max(known, ...ends.map((before) => (before ?? 0) - 1))
  // The key of a row that was refused may be rubbish itself, and none lies so far behind what is known.
  const given = refused > known + UNKNOWN_KEYS ? known : refused
  const newest = ends.includes(null) || given < refused ? known + UNKNOWN_KEYS : given
  db.prepare(
    "INSERT INTO given_keys (table_name, newest) VALUES ('readings', ?) " +
      'ON CONFLICT (table_name) DO UPDATE SET newest = excluded.newest',
  ).run(newest)
  if (newest > given) notePassedKeys(db, 'readings', { after: given, upto: newest })
}

/** A trigger that notes the greatest key of a table before its row goes: no code path can forget it. */
export function givenKeyTriggers({ name, key }: TableDeclaration): { name: string; sql: string }[] {
  if (!GIVEN_KEYS.has(name)) return []
  const trigger = `given_${name}`
  const noted = `coalesce((SELECT newest FROM given_keys WHERE table_name = '${name}'), 0)`
  return [
    {
      name: trigger,
      sql:
        `CREATE TRIGGER ${trigger} BEFORE DELETE ON "${name}" WHEN OLD."${key}" > ${noted} BEGIN ` +
        `INSERT INTO given_keys (table_name, newest) SELECT '${name}', max("${key}") FROM "${name}" WHERE true ` +
        'ON CONFLICT (table_name) DO UPDATE SET newest = excluded.newest; END',
    },
  ]
}
