import type { OutboxRow } from '../outbox/rows.ts'

export interface Sending {
  epoch: string
  /** Both clocks at this moment: the hub needs them to mend a wrong wall clock. */
  at: number
  mono: number
}

/** The message of an outbox row as it goes on the wire: who it is, when it is sent, and what the row says. */
export function envelope(row: OutboxRow, sending: Sending): Buffer {
  const head = {
    epoch: sending.epoch,
    lane: row.lane,
    seq: row.id,
    boot: row.boot,
    sent: { at: Math.max(0, sending.at), mono: sending.mono },
  }
  // The body was checked when it was written; taking it apart again would cost a parse per message.
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},${row.body.slice(1)}`)
}
