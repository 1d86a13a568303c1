import { type Database, type Statement, sqliteCode } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { type FetchedPage, type FetchedValue, isErasing } from '../../engine/lost-rows.ts'
import { readIndexedUpto } from '../../store/indexed-readings.ts'
import type { Rollups } from '../telemetry/rollups.ts'
import { RowsThatReturn } from './rows-that-return.ts'

interface LostRow {
  table: string
  position: number
  upto: number
  rollup_5m: number | null
  rollup_1h: number | null
}

/** Has rows that the house lost come back from central, under the keys that they had. */
export class RowsBack {
  #db: Database
  #rollups: Pick<Rollups, 'addLate'>
  #find: Statement
  #advance: Statement
  #index: Statement
  #inserts = new Map<string, Statement>()

  constructor(db: Database, rollups: Pick<Rollups, 'addLate'>) {
    this.#db = db
    this.#rollups = rollups
    this.#find = db.prepare(
      'SELECT table_name AS "table", position, upto, rollup_5m, rollup_1h FROM lost_rows WHERE id = ?',
    )
    this.#advance = db.prepare(
      'UPDATE lost_rows SET position = ?, came_back = came_back + ?, absent = absent + ?, left_out = left_out + ? WHERE id = ?',
    )
    this.#index = db.prepare(
      'INSERT OR IGNORE INTO reading_index (series_id, reading_time, id) SELECT series_id, reading_time, id FROM readings ' +
        'WHERE id IN (SELECT value FROM json_each(?)) AND id <= ? ORDER BY series_id, reading_time, id',
    )
  }

  /** Takes a page in, once: in the same transaction the position moves. */
  apply(context: Context, page: FetchedPage): void {
    const lost = this.#find.get(page.id) as LostRow | undefined
    if (!lost || lost.position !== page.from || page.upto > lost.upto) return
    // Somebody's erasure began while the page was on its way.
    if (lost.table === 'events' && isErasing(this.#db)) return
    const rows = new RowsThatReturn(this.#db, context.now)
    const back: number[] = []
    const keyAt = page.columns.indexOf('id')
    for (const values of page.rows) {
      const key = Number(values[keyAt])
      const row = new Map(page.columns.map((column, index) => [column, values[index]]))
      if (
        key > page.from &&
        key <= page.upto &&
        rows.may(lost.table, row) &&
        this.#put(lost.table, page.columns, values)
      )
        back.push(key)
    }
    if (lost.table === 'readings' && back.length > 0) this.#asMeasured(context, lost, back)
    const absent = Math.max(0, page.upto - page.from - page.found)
    this.#advance.run(page.upto, back.length, absent, page.found - back.length, page.id)
    this.#close(context)
  }

  /** Whether it is in the table now. One that is there already stays as it is. */
  #put(table: string, columns: readonly string[], values: readonly FetchedValue[]): boolean {
    const said = columns.filter((_, index) => values[index] !== undefined)
    const sql = `INSERT INTO "${table}" (${said.map((name) => `"${name}"`).join(', ')}) VALUES (${said.map(() => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`
    const insert = this.#inserts.get(sql) ?? this.#db.prepare(sql)
    this.#inserts.set(sql, insert)
    try {
      return insert.run(...values.filter((value) => value !== undefined)).changes === 1
    } catch (error) {
      // A rule of this version that the row was never judged by.
      if (/^SQLITE_(CONSTRAINT|MISMATCH)/.test(sqliteCode(error) ?? '')) return false
      throw error
    }
  }

  /** Whoever looks for readings finds them, and they are in the rollups once. */
  #asMeasured(context: Context, { rollup_5m, rollup_1h }: LostRow, keys: number[]): void {
    const before = context.cause('index')
    this.#index.run(JSON.stringify(keys), readIndexedUpto(this.#db))
    context.cause('rollups')
    this.#rollups.addLate(context, keys, { rollup_5m, rollup_1h })
    context.cause(before)
  }

  /** Tells what came of it when nothing is left to be asked for. */
  #close(context: Context): void {
    if (this.#db.prepare('SELECT 1 FROM lost_rows WHERE position < upto').get() !== undefined) return
    const tables = this.#db
      .prepare(
        'SELECT table_name AS "table", sum(came_back) AS came_back, sum(absent) AS not_at_central, sum(left_out) AS left_out ' +
          'FROM lost_rows GROUP BY table_name ORDER BY table_name',
      )
      .all() as { table: string; came_back: number; not_at_central: number; left_out: number }[]
    const sum = (of: 'came_back' | 'not_at_central' | 'left_out') => tables.reduce((all, one) => all + one[of], 0)
    const absent = sum('not_at_central')
    context.addEvent({
      type: 'lost_rows_back',
      severity: absent > 0 ? 'warning' : 'info',
      description: `${sum('came_back')} rows came back from central; it did not have ${absent}.`,
      data: { came_back: sum('came_back'), not_at_central: absent, left_out: sum('left_out'), tables },
    })
    this.#db.prepare('DELETE FROM lost_rows').run()
  }
}
