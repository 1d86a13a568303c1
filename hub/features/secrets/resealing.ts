import { LaresError } from '../../../shared/errors.ts'
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

/** A value under an older key. */
interface OldValue {
  id: string
  at: SealedColumn
  row: string
  sealed: string
}

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
  #unopened: OldValue[] = []
  /** Rows that the log has named. */
  #told = new Set<string>()

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
    this.#unopened = []
  }

  /**
   * The rows that were passed because they cannot be opened: they keep an older key until somebody enters anew what they hold.
   * Those where that was done since are forgotten.
   */
  unopened(): SealedRow[] {
    this.#unopened = this.#unopened.filter((value) => this.#stands(value))
    const rows = this.#unopened.map(({ at: { table }, row }) => [`${table} ${row}`, { table, row }] as const)
    return [...new Map(rows).values()]
  }

  /** Seals the next values anew with the newest key. `looked` is 0 when there is nothing to do. */
  step(): { looked: number; sealed: number } {
    const next = this.#next()
    // The folder is not read where no row needs it: a key that nothing needs may lie there for long.
    if (next.length > 0) this.#findKeys()
    const [, ...old] = this.#keyring.ids
    // A key may have gone since: its rows are the next look's to tell.
    const values = next.filter(({ id }) => old.includes(id))
    let sealed = 0
    for (const value of values) {
      if (this.#reseal(value)) sealed += 1
      this.#passed.set(placeOf(value), value.row)
    }
    return { looked: values.length, sealed }
  }

  /** Once for all rows of a step. Where keys cannot be read there are none, and the next look says why. */
  #findKeys(): void {
    try {
      this.#keyring.refresh()
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
    }
  }

  /** The next values under the older keys that are known. */
  #next(): OldValue[] {
    const next: OldValue[] = []
    const [, ...old] = this.#keyring.ids
    for (const id of old)
      for (const at of this.#columns)
        if (next.length < ROWS_AT_ONCE) next.push(...this.#some({ id, at }, ROWS_AT_ONCE - next.length))
    return next
  }

  #some(under: Pick<OldValue, 'id' | 'at'>, most: number): OldValue[] {
    const { table, key, column } = under.at
    const rows = this.#db
      .prepare(
        `SELECT "${key}", "${column}" FROM "${table}" WHERE "${key}" > ? AND "${column}" GLOB ? ORDER BY "${key}" LIMIT ?`,
      )
      .raw()
      .all(this.#passed.get(placeOf(under)) ?? '', `${SEAL_MARK}${under.id}:*`, most) as [row: string, sealed: string][]
    return rows.map(([row, sealed]) => ({ ...under, row, sealed }))
  }

  /** Whether a row still holds this value. */
  #stands({ at: { table, key, column }, row, sealed }: OldValue): boolean {
    return (
      this.#db.prepare(`SELECT 1 FROM "${table}" WHERE "${key}" = ? AND "${column}" = ?`).get(row, sealed) !== undefined
    )
  }

  /** Returns whether it could. */
  #reseal(value: OldValue): boolean {
    const { table, key, column } = value.at
    const { row, sealed } = value
    const at = { table, column, row }
    try {
      const plain = this.#keyring.open(sealed, at)
      const anew = this.#keyring.seal(plain, at)
      plain.fill(0)
      this.#db.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE "${key}" = ?`).run(anew, row)
      return true
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      this.#unopened.push(value)
      this.#warn({ table, row }, error)
      return false
    }
  }

  /** Once for each row. */
  #warn({ table, row }: SealedRow, error: LaresError): void {
    const place = `${table} ${row}`
    if (this.#told.has(place)) return
    this.#told.add(place)
    this.#log.warn({ table, row, error: error.message }, 'what is sealed here cannot be sealed anew')
  }
}

function placeOf({ id, at: { table, column } }: Pick<OldValue, 'id' | 'at'>): string {
  return `${id} ${table}.${column}`
}
