import { describe, expect, it } from 'vitest'
import { ACK_TIMEOUT_MS, Sender } from '../../../edge/link/sender.ts'
import type { OutboxRow } from '../../../edge/outbox/rows.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Ack } from '../../../shared/messages/ack.ts'

const row = (id: number, more: Partial<OutboxRow> = {}): OutboxRow => ({
  ...{ id, lane: 'live', kind: 'event', body: '{}', boot: 'b', bytes: 2, disconnects: 0 },
  ...more,
})

/** A sender over rows that wait, with what it sent so far. */
function sending(rows: OutboxRow[]) {
  const clock = new ManualClock()
  const sent: number[] = []
  let stalled = 0
  const sender = new Sender({
    outbox: {
      waiting: (lane, after, limit) => rows.filter((one) => one.lane === lane && one.id > after).slice(0, limit),
      onWritten: () => () => {},
    },
    clock,
    send: ({ id }) => sent.push(id),
    onStalled: () => (stalled += 1),
  })
  const acknowledge = (upto: Ack['upto']) => sender.acknowledge({ epoch: 'e', upto, rejected: [] })
  sender.start()
  return { clock, sent, acknowledge, stalled: () => stalled }
}

describe('a row', () => {
  it('goes alone when it was under way at two disconnects in a row, and others wait for it', () => {
    const { sent, acknowledge } = sending([row(1), row(2, { disconnects: 2 }), row(3), row(4, { lane: 'backlog' })])
    expect(sent).toEqual([1])
    acknowledge({ live: 1 })
    expect(sent).toEqual([1, 2])
    acknowledge({ live: 2 })
    expect(sent).toEqual([1, 2, 3, 4])
  })

  it('is sent once, before those behind it in its lane', () => {
    const { sent, acknowledge } = sending([row(2, { lane: 'backlog' }), row(3), row(5), row(6, { lane: 'urgent' })])
    expect(sent).toEqual([6, 3, 5, 2])
    acknowledge({ live: 3 })
    expect(sent).toHaveLength(4)
  })
})

describe('an acknowledgement', () => {
  it('that is overdue ends the connection, and each that comes gives the others their time', () => {
    const { clock, acknowledge, stalled } = sending([row(1), row(2)])
    clock.advance(ACK_TIMEOUT_MS - 1_000)
    acknowledge({ live: 1 })
    clock.advance(ACK_TIMEOUT_MS - 1_000)
    expect(stalled()).toBe(0)
    clock.advance(ACK_TIMEOUT_MS)
    expect(stalled()).toBe(1)
  })
})
