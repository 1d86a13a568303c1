import { FOLLOWING } from '../../../shared/limits.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { FollowedRow, Follower } from '../../engine/follower.ts'
import { newestKey } from '../../store/append-keys.ts'

interface Page {
  rows: FollowedRow[]
  /** Everything up to this key was looked at. */
  upto: number
}

/**
 * Reads one follower's rows in pages that are bounded three times: in rows, in bytes, and in rows that are looked at, where its
 * `select` leaves most of them out.
 */
export class PageReader {
  #select: Statement
  #looked: Statement
  #newest: () => number

  constructor(db: Database, { table, select }: Pick<Follower, 'table' | 'select'>) {
    this.#select = db.prepare(select ?? `SELECT * FROM ${table} WHERE id > :after AND id <= :upto ORDER BY id`)
    this.#looked = db
      .prepare(`SELECT max(id), count(*) FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?)`)
      .raw()
    this.#newest = () => newestKey(db, table)
  }

  read(after: number, most: number): Page {
    const looks = Math.max(most, FOLLOWING.looks)
    const [last, looked] = this.#looked.get(after, looks) as [number | null, number]
    // At the end there may be keys whose rows are gone: nobody need look at them again.
    const upto = looked < looks ? Math.max(after, this.#newest()) : (last ?? after)
    const rows: FollowedRow[] = []
    let bytes = 0
    for (const row of this.#select.iterate({ after, upto }) as Iterable<FollowedRow>) {
      bytes += sizeOf(row)
      if (rows.length > 0 && bytes > FOLLOWING.pageBytes) return { rows, upto: rows.at(-1)?.id ?? after }
      rows.push(row)
      if (rows.length >= most) return { rows, upto: row.id }
    }
    return { rows, upto }
  }
}

function sizeOf(row: FollowedRow): number {
  let bytes = 0
  for (const value of Object.values(row)) {
    if (typeof value === 'string' || Buffer.isBuffer(value)) bytes += value.length
    bytes += 8
  }
  return bytes
}
