import type { Database } from '../../../shared/sqlite/open.ts'
import type { SearchIndex } from '../../store/search-index.ts'
import { type RowSpan, valuesOf, within } from './fill.ts'

/** Of one row; more would hardly find what these do not. */
const WORDS_LOOKED_UP = 8

/**
 * What an index says wrongly about a span of rows, in words; `null`: nothing. It finds rows that it lacks, rows that are gone,
 * and rows that are not found by their own words. It reads no more than the span, which SQLite's own check cannot. Without a
 * span: what the index has behind the last row.
 */
export function faultOf(db: Database, index: SearchIndex, span: RowSpan): string | null {
  const { table, key, keys, docsize } = index
  const values = valuesOf(span)
  const isIn =
    keys === null
      ? `SELECT 1 FROM ${docsize} d WHERE d.id = t."${key}"`
      : `SELECT 1 FROM ${keys} k JOIN ${docsize} d ON d.id = k.id WHERE k.row_key = t."${key}"`
  const missing = db
    .prepare(`SELECT t."${key}" FROM "${table}" t WHERE ${within(`t."${key}"`, span)} AND NOT EXISTS (${isIn}) LIMIT 1`)
    .pluck()
    .get(values)
  if (missing !== undefined) return `it lacks ${missing}`
  const stale = goneRow(db, index, { where: within(keys === null ? 'd.id' : 'k.row_key', span), values })
  if (stale !== undefined) return `it has ${stale}, which is gone`
  return notFoundByItsWords(db, index, span)
}

/** A row that is in the index behind the last row of its table, in words; `null`: there is none. */
export function faultBehind(db: Database, index: SearchIndex, last: RowSpan['after']): string | null {
  const column = index.keys === null ? 'd.id' : 'k.row_key'
  const stale = goneRow(
    db,
    index,
    last === null ? { where: '1', values: {} } : { where: `${column} > @last`, values: { last } },
  )
  return stale === undefined ? null : `it has ${stale}, which is gone`
}

function goneRow(
  db: Database,
  { table, key, keys, docsize }: SearchIndex,
  { where, values }: { where: string; values: Record<string, string | number> },
): unknown {
  const [from, column] = keys === null ? [`${docsize} d`, 'd.id'] : [`${keys} k`, 'k.row_key']
  return db
    .prepare(
      `SELECT ${column} FROM ${from} WHERE ${where} AND NOT EXISTS (SELECT 1 FROM "${table}" t WHERE t."${key}" = ${column}) LIMIT 1`,
    )
    .pluck()
    .get(values)
}

function notFoundByItsWords(db: Database, index: SearchIndex, span: RowSpan): string | null {
  const { table, key, keys, name, columns } = index
  const number = keys === null ? `t."${key}"` : `(SELECT id FROM ${keys} k WHERE k.row_key = t."${key}")`
  const text = columns.map((column) => `ifnull(t."${column}", '')`).join(" || ' ' || ")
  const rows = db
    .prepare(`SELECT t."${key}", ${number}, ${text} FROM "${table}" t WHERE ${within(`t."${key}"`, span)}`)
    .raw()
    .all(valuesOf(span)) as [string | number, number, string][]
  const finds = db.prepare(`SELECT 1 FROM ${name} WHERE ${name} MATCH ? AND rowid = ?`)
  for (const [row, id, said] of rows) {
    const words = surelyWords(said)
    if (words.length > 0 && finds.get(words.map((word) => `"${word}"`).join(' '), id) === undefined)
      return `it does not find ${row} by what stands there`
  }
  return null
}

/** Words that every tokenizer takes for such; what letters are beyond ASCII, SQLite and JavaScript do not agree in everything. */
function surelyWords(text: string): string[] {
  return text
    .split(/[^\p{L}\p{M}\p{N}\p{Co}]+/u)
    .filter((word) => /^[A-Za-z0-9]{3,40}$/.test(word))
    .slice(0, WORDS_LOOKED_UP)
}
