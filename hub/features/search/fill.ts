import type { Database } from '../../../shared/sqlite/open.ts'
import type { SearchIndex } from '../../store/search-index.ts'

/** The next rows of a table in the order of its keys: from behind the one key up to the other. */
export interface RowSpan {
  after: string | number | null
  upto: string | number
  /** How many they are. */
  rows: number
}

/** At most `most` rows after a key, `null`: from the first. `null` is returned when there are none. */
export function spanAfter(
  db: Database,
  { table, key }: SearchIndex,
  after: RowSpan['after'],
  most: number,
): RowSpan | null {
  const where = after === null ? '' : `WHERE "${key}" > @after`
  const keys = db
    .prepare(`SELECT "${key}" FROM "${table}" ${where} ORDER BY "${key}" LIMIT @most`)
    .pluck()
    .all({ most, ...(after === null ? {} : { after }) }) as (string | number)[]
  const upto = keys.at(-1)
  return upto === undefined ? null : { after, upto, rows: keys.length }
}

/** The condition of a span for a column that has the table's key. Its values are `after`, where it is not `null`, and `upto`. */
export function within(column: string, { after }: Pick<RowSpan, 'after'>): string {
  return `${after === null ? '' : `${column} > @after AND `}${column} <= @upto`
}

/** The values of `within`. */
export function valuesOf({ after, upto }: RowSpan): Record<string, string | number> {
  return after === null ? { upto } : { after, upto }
}

/**
 * Fills at most `most` rows into an index, after those of the last step. What a trigger has put there already stays. Returns
 * whether the index has all rows now.
 */
export function fillStep(db: Database, index: SearchIndex, most: number): boolean {
  const { table, key, name, columns, keys, docsize } = index
  const before = db.prepare('SELECT filled_to FROM search_state WHERE table_name = ?').pluck().get(table) as
    | string
    | null
  const span = spanAfter(db, index, keys === null && before !== null ? Number(before) : before, most)
  if (span !== null) {
    const rows = `FROM "${table}" t WHERE ${within(`t."${key}"`, span)}`
    const selected = columns.map((column) => `t."${column}"`).join(', ')
    const list = columns.join(', ')
    const values = valuesOf(span)
    if (keys === null)
      db.prepare(
        `INSERT INTO ${name} (rowid, ${list}) SELECT t."${key}", ${selected} ${rows} AND NOT EXISTS (SELECT 1 FROM ${docsize} WHERE id = t."${key}")`,
      ).run(values)
    else {
      // Only a row without a number is new.
      const first = Number(db.prepare(`SELECT ifnull(max(id), 0) + 1 FROM ${keys}`).pluck().get())
      db.prepare(
        `INSERT INTO ${keys} (row_key) SELECT t."${key}" ${rows} AND NOT EXISTS (SELECT 1 FROM ${keys} WHERE row_key = t."${key}")`,
      ).run(values)
      db.prepare(
        `INSERT INTO ${name} (rowid, ${list}) SELECT k.id, ${selected} FROM ${keys} k JOIN "${table}" t ON t."${key}" = k.row_key WHERE k.id >= ?`,
      ).run(first)
    }
  }
  const isFilled = (span?.rows ?? 0) < most
  // Once all are in it no key is kept: it may be that of a device which is erased one day.
  const filledTo = isFilled || span === null ? null : String(span.upto)
  db.prepare('UPDATE search_state SET filled_to = ?, is_filled = ? WHERE table_name = ?').run(
    filledTo,
    isFilled ? 1 : 0,
    table,
  )
  return isFilled
}
