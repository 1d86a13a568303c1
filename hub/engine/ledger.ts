import type { Database, Statement } from '../../shared/sqlite/open.ts'

/** What became of every message of a device. Always `received = applied + duplicate + rejected`. */
export interface LedgerTotals {
  received: number
  applied: number
  duplicate: number
  rejected: number
}

const KEY = 'ledger'

/** Counts in the same transaction as the rows, so that the books balance after any crash. */
export class Ledger {
  #totals: LedgerTotals
  #batch: LedgerTotals = zero()
  #marked: LedgerTotals = zero()
  #write: Statement

  constructor(db: Database) {
    const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
    this.#totals = typeof stored === 'string' ? { ...zero(), ...(JSON.parse(stored) as Partial<LedgerTotals>) } : zero()
    this.#write = db.prepare(
      'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
  }

  get totals(): LedgerTotals {
    return { ...this.#totals }
  }

  count(verdict: 'applied' | 'duplicate' | 'rejected'): void {
    this.#batch.received += 1
    this.#batch[verdict] += 1
  }

  flush(): void {
    if (this.#batch.received > 0) this.#write.run(KEY, JSON.stringify(add(this.#totals, this.#batch)))
  }

  committed(): void {
    this.#totals = add(this.#totals, this.#batch)
    this.#batch = zero()
  }

  forget(): void {
    this.#batch = zero()
  }

  /** Remembers the counts before an input that may be undone. */
  mark(): void {
    this.#marked = { ...this.#batch }
  }

  back(): void {
    this.#batch = { ...this.#marked }
  }
}

function zero(): LedgerTotals {
  return { received: 0, applied: 0, duplicate: 0, rejected: 0 }
}

function add(a: LedgerTotals, b: LedgerTotals): LedgerTotals {
  return {
    received: a.received + b.received,
    applied: a.applied + b.applied,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
  }
}
