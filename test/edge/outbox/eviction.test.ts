import { describe, expect, it } from 'vitest'
import { OutboxFile } from '../../../edge/outbox/outbox-file.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'

describe('giving up the oldest rows of an outbox', () => {
  it('ends when nothing less urgent is left: a full disk is not written to for nothing', () => {
    const db = emptyEdgeDatabase()
    const file = new OutboxFile({ db, clock: new ManualClock(), log: silentLog })
    const insert = (lane: 'urgent' | 'backlog') =>
      file.rows.insert({ lane, kind: 'event', body: 'x', boot: 'b', writtenMs: 0, bytes: 129 })
    file.transaction(() => {
      insert('urgent')
      insert('backlog')
    })
    file.recount()
    let transactions = 0
    const { transaction } = file
    file.transaction = (work) => {
      transactions += 1
      transaction.call(file, work)
    }
    file.freeFor('backlog', 1_000_000)
    expect(file.total.rows).toBe(1)
    expect(file.state.dropped).toBe(1)
    expect(transactions).toBeLessThan(3)
  })
})
