import { describe, expect, it } from 'vitest'
import { Ledger } from '../../../edge/outbox/ledger.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'

describe('giving up the oldest rows of an outbox', () => {
  it('ends when nothing less urgent is left: a full disk is not written to for nothing', () => {
    const db = emptyEdgeDatabase()
    const ledger = new Ledger({ db, clock: new ManualClock(), log: silentLog })
    const insert = (lane: 'urgent' | 'backlog') =>
      ledger.rows.insert({ lane, kind: 'event', body: 'x', boot: 'b', writtenMs: 0, bytes: 129 })
    ledger.transaction(() => {
      insert('urgent')
      insert('backlog')
    })
    ledger.recount()
    let transactions = 0
    const { transaction } = ledger
    ledger.transaction = (work) => {
      transactions += 1
      transaction.call(ledger, work)
    }
    ledger.freeFor('backlog', 1_000_000)
    expect(ledger.total.rows).toBe(1)
    expect(ledger.state.dropped).toBe(1)
    expect(transactions).toBeLessThan(3)
  })
})
