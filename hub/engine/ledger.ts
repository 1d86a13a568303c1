import type { Database, Statement } from '../../shared/sqlite/open.ts'

/** What became of every message of a device. Always `received = applied + duplicate + rejected`. */
export interface LedgerTotals {
  received: number
  applied: number
  duplicate: number
  rejected: number
}

/** What stands in the settings: the totals without the messages whose rows lie behind `upto`. */
interface Written extends LedgerTotals {
  upto: number
}

const KEY = 'ledger'

/** What of a message says that it was applied. */
export type CountedBy =
  /** A row of its own carries its mark. */
  | 'row'
  /** This ledger, in the same transaction. */
  | 'ledger'
  /** Nothing that must last: a heartbeat. It is written with what is written next, and a crash forgets it. */
  | 'memory'

/**
 * Counts in the same transaction as the rows, so that the books balance after any crash. Most messages are counted by the rows
 * that they wrote; the ledger itself is written for the others.
 */
export class Ledger {
  #totals: LedgerTotals
  #batch: LedgerTotals = zero()
  #marked: { counts: LedgerTotals; due: boolean } = { counts: zero(), due: false }
  /** Something of the batch has no other witness. */
  #due = false
  #write: Statement
  #newest: Statement

  constructor(db: Database) {
    this.#totals = readLedger(db)
    this.#newest = db.prepare('SELECT coalesce(max(id), 0) FROM readings').pluck()
    this.#write = db.prepare(
      'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
  }

  get totals(): LedgerTotals {
    return { ...this.#totals }
  }

  count(verdict: 'applied' | 'duplicate' | 'rejected', by: CountedBy = 'ledger'): void {
    this.#batch.received += 1
    this.#batch[verdict] += 1
    this.#due ||= by === 'ledger'
  }

  /** Has the totals written with this transaction: rows that count messages may go in it. */
  settle(): void {
    this.#due = true
  }

  /** Call when all rows of the transaction are written. */
  flush(): void {
    if (!this.#due) return
    const written: Written = { ...add(this.#totals, this.#batch), upto: Number(this.#newest.get()) }
    this.#write.run(KEY, JSON.stringify(written))
  }

  committed(): void {
    this.#totals = add(this.#totals, this.#batch)
    this.forget()
  }

  forget(): void {
    this.#batch = zero()
    this.#due = false
  }

  /** Remembers the counts before an input that may be undone. */
  mark(): void {
    this.#marked = { counts: { ...this.#batch }, due: this.#due }
  }

  back(): void {
    this.#batch = { ...this.#marked.counts }
    this.#due = this.#marked.due
  }
}

/** The totals as the database has them: what is written, and every message since whose rows say so. */
export function readLedger(db: Database): LedgerTotals {
  const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  const written = typeof stored === 'string' ? (JSON.parse(stored) as Partial<Written>) : {}
  const { upto = 0, ...totals } = written
  const since = Number(db.prepare('SELECT count(mark) FROM readings WHERE id > ?').pluck().get(upto))
  return add({ ...zero(), ...totals }, { ...zero(), received: since, applied: since })
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
