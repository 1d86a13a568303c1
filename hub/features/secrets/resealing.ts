import { asError, LaresError } from '../../../shared/errors.ts'
import type { Log } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Keyring } from '../../secrets/keyring.ts'
import type { SealedAt } from '../../secrets/seal.ts'
import { SEAL_MARK } from '../../store/seal-mark.ts'
import type { SealedColumn } from './sealed-rows.ts'

/** In one transaction: a hundred take about 5 ms on a Pi. */
const ROWS_AT_ONCE = 100

/** Where something sealed stands. */
export type SealedRow = Pick<SealedAt, 'table' | 'row'>

/**
 * Seals anew what older keys hold, a hundred values in a transaction. Where it stands is in the rows themselves, so whatever
 * ends it in between, the next start goes on.
 */
export class Resealing {
  #db: Database
  #keyring: Keyring
  #columns: readonly SealedColumn[]
  #log: Log
  /** The last row that was looked at, by old key and column: rows that cannot be opened are passed once and not each time. */
  #passed = new Map<string, string>()
  /** Those that could not be opened since they were last passed all. */
  #unopened = new Map<string, SealedRow>()
  /** Rows that the log has named. */
  #told = new Set<string>()
  #sealed = 0

  constructor({
    db,
    keyring,
    columns,
    log,
  }: { db: Database; keyring: Keyring; columns: readonly SealedColumn[]; log: Log }) {
    this.#db = db
    this.#keyring = keyring
    this.#columns = columns
    this.#log = log
  }

  /** Looks at every row again: what was written down here may not have been kept. */
  again(): void {
    this.#passed.clear()
    this.#unopened.clear()
  }

  /** What the rows hold that were passed because they cannot be opened: they keep an older key until somebody enters it anew. */
  get unopened(): SealedRow[] {
    return [...this.#unopened.values()]
  }

  /** Seals the next values anew with the newest key. `looked` is 0 when there is nothing to do. */
  step(): { looked: number; sealed: number } {
    let left = ROWS_AT_ONCE
    this.#sealed = 0
    // A house has one key nearly always, and the folder is not read for that.
    if (this.#keyring.ids.length > 1) this.#findKeys()
    const [, ...old] = this.#keyring.ids
    for (const id of old)
      for (const column of this.#columns) {
        if (left > 0) left -= this.#some(id, column, left)
      }
    return { looked: ROWS_AT_ONCE - left, sealed: this.#sealed }
  }

  /** Once for all rows of a step. Where keys cannot be read there are none, and the next look says why. */
  #findKeys(): void {
    try {
      this.#keyring.refresh()
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
    }
  }

  #some(id: string, at: SealedColumn, most: number): number {
    const { table, key, column } = at
    const place = `${id} ${table}.${column}`
    const rows = this.#db
      .prepare(
        `SELECT "${key}", "${column}" FROM "${table}" WHERE "${key}" > ? AND "${column}" GLOB ? ORDER BY "${key}" LIMIT ?`,
      )
      .raw()
      .all(this.#passed.get(place) ?? '', `${SEAL_MARK}${id}:*`, most) as [row: string, sealed: string][]
    for (const [row, sealed] of rows) {
      this.#reseal(at, row, sealed)
      this.#passed.set(place, row)
    }
    return rows.length
  }

  #reseal({ table, key, column }: SealedColumn, row: string, sealed: string): void {
    const at = { table, column, row }
    try {
      const plain = this.#keyring.open(sealed, at)
      const anew = this.#keyring.seal(plain, at)
      plain.fill(0)
      this.#db.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE "${key}" = ?`).run(anew, row)
      this.#sealed += 1
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      const place = `${table} ${row}`
      this.#unopened.set(place, { table, row })
      if (this.#told.has(place)) return
      this.#told.add(place)
      this.#log.warn({ table, row, error: asError(error).message }, 'what is sealed here cannot be sealed anew')
    }
  }
}
