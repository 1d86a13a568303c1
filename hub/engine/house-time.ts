import type { Database } from '../../shared/sqlite/open.ts'
import type { Receipt } from './receipt.ts'

/** The time at which something is stored: a clock that follows no time source never goes behind what is stored already. */
export class HouseTime {
  #newest: number

  constructor(db: Database) {
    const newest = 'SELECT coalesce(max(received_at), 0) FROM readings WHERE id = (SELECT max(id) FROM readings)'
    this.#newest = Number(db.prepare(newest).pluck().get())
  }

  of(receipt: Receipt): Receipt {
    const now = receipt.clockSynced === false ? Math.max(receipt.now, this.#newest) : receipt.now
    // With a time source it is right again, also when it was ahead before.
    this.#newest = receipt.clockSynced === true ? now : Math.max(this.#newest, now)
    return { ...receipt, now }
  }
}
