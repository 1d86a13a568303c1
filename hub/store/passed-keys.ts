import type { Database } from '../../shared/sqlite/open.ts'

const KEY = 'passed_keys'

/** Keys of a table, `after` exclusive, `upto` inclusive. */
export interface KeySpan {
  after: number
  upto: number
}

/** Keys that were given, as far as anybody knows: how many, and the first and last of them. */
export interface GivenKeys {
  first: number
  last: number
  rows: number
}

/**
 * Keys that were passed over in a table that lost its newest rows: nobody can tell whether one of them was given. None is given
 * any more, and whoever counts rows by their keys leaves them out.
 */
export function notePassedKeys(db: Database, table: string, keys: KeySpan): void {
  const all = readPassedKeys(db)
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify({ ...all, [table]: [...(all[table] ?? []), keys] }))
}

/** Which of the keys behind one and up to another were given; `null`: none. */
export function givenBetween(db: Database, table: string, keys: KeySpan): GivenKeys | null {
  return givenKeyReader(db, table)(keys)
}

/** The same, asked again and again. */
export function givenKeyReader(db: Database, table: string): (keys: KeySpan) => GivenKeys | null {
  const passed = passedKeys(db, table)
  return (keys) => {
    const parts = passed.reduce((left, range) => left.flatMap((part) => without(part, range)), [keys])
    const given = parts.filter(({ after, upto }) => upto > after)
    const [first, last] = [given.at(0), given.at(-1)]
    if (!first || !last) return null
    return {
      first: first.after + 1,
      last: last.upto,
      rows: given.reduce((sum, part) => sum + part.upto - part.after, 0),
    }
  }
}

/** The key that lies so many keys before another, not below 0. */
export function keyBack(db: Database, table: string, { key, keys }: { key: number; keys: number }): number {
  let before = key - keys
  for (const { after, upto } of passedKeys(db, table).reverse())
    if (after < key && upto > before) before -= Math.min(upto, key) - after
  return Math.max(0, before)
}

/** Ascending; they do not overlap. */
function passedKeys(db: Database, table: string): KeySpan[] {
  return [...(readPassedKeys(db)[table] ?? [])].sort((a, b) => a.after - b.after)
}

function readPassedKeys(db: Database): Readonly<Record<string, KeySpan[]>> {
  const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  return typeof stored === 'string' ? (JSON.parse(stored) as Record<string, KeySpan[]>) : {}
}

function without(keys: KeySpan, { after, upto }: KeySpan): KeySpan[] {
  if (upto <= keys.after || after >= keys.upto) return [keys]
  return [
    { after: keys.after, upto: after },
    { after: upto, upto: keys.upto },
  ]
}
