import type { Cancel, Clock } from '../../shared/clock.ts'
import { POISON_DISCONNECTS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import type { Ack } from '../../shared/messages/ack.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import type { EventBody } from './bodies.ts'
import type { OutboxFile } from './outbox-file.ts'
import { mintEpoch } from './outbox-file.ts'
import type { OutboxRow } from './rows.ts'
import { LANES } from './rows.ts'

/**
 * `restored`: this file is an old copy; everything was re-keyed, so connect again with the new epoch.
 * `later`: the disk refuses what must be kept first; try again in a few seconds.
 */
export type AckOutcome = 'ok' | 'ignored' | 'restored' | 'later'

/** Acknowledged rows leave the disk together, this long after the first of them: one fsync instead of many. */
const DELETE_DELAY_MS = 1_000

export interface SettlementOptions {
  file: OutboxFile
  clock: Clock
  log: Log
  /** Writes an urgent event about the outbox itself. */
  tell: (event: EventBody) => void
}

/** What the hub's acks do to the rows: delete, set aside, or start a new epoch. */
export class Settlement {
  #file: OutboxFile
  #clock: Clock
  #log: Log
  #tell: (event: EventBody) => void
  #acked = new Map<Lane, number>()
  #rejected = new Set<number>()
  #cancelFlush: Cancel | null = null

  constructor(options: SettlementOptions) {
    this.#file = options.file
    this.#clock = options.clock
    this.#log = options.log
    this.#tell = options.tell
  }

  /** Rows at or below this are acknowledged, though perhaps still on the disk. */
  ackedUpTo(lane: Lane): number {
    return this.#acked.get(lane) ?? 0
  }

  /** The ack that answers a birth. After `ok` everything written so far may be sent. */
  opened(ack: Ack): AckOutcome {
    const outcome = this.acknowledge(ack)
    if (outcome !== 'ok') return outcome
    this.flush()
    // Only after the deletions: a row whose ack was lost with its third connection did arrive.
    this.#park()
    const sentBound = this.#file.rows.highestIssued()
    return this.#file.keep('keep the sending bound', { sentBound }) ? 'ok' : 'later'
  }

  acknowledge(ack: Ack): AckOutcome {
    if (ack.epoch !== this.#file.state.epoch) return 'ignored'
    const highest = Math.max(0, ...LANES.map((lane) => ack.upto[lane] ?? 0))
    if (highest > this.#file.state.sentBound) return this.#restore(ack)
    for (const lane of LANES) {
      const upto = ack.upto[lane]
      if (upto !== undefined) this.#acked.set(lane, Math.max(upto, this.ackedUpTo(lane)))
    }
    for (const { lane, seq, code, hint } of ack.rejected) {
      this.#rejected.add(seq)
      this.#log.warn({ lane, seq, error_code: code, hint }, 'the hub could not use a message and kept its bytes')
    }
    this.#cancelFlush ??= this.#clock.after(DELETE_DELAY_MS, () => this.flush())
    return 'ok'
  }

  /** The connection ended with these rows sent and not acknowledged. */
  closed(inFlight: readonly number[]): void {
    this.flush()
    if (inFlight.length > 0) this.#file.attempt('count a disconnect', () => this.#file.rows.countDisconnect(inFlight))
  }

  /** Takes acknowledged rows from the disk. When the disk fails they stay, and leave at the next try. */
  flush(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = null
    const file = this.#file
    if (this.#acked.size === 0 || !file.open) return
    const rejected = file.state.rejected + this.#rejected.size
    let gone = { rows: 0, bytes: 0 }
    const done = file.attempt('delete what arrived', () => {
      gone = { rows: 0, bytes: 0 }
      for (const [lane, upto] of this.#acked) {
        const amount = file.rows.deleteUpTo(lane, upto)
        gone = { rows: gone.rows + amount.rows, bytes: gone.bytes + amount.bytes }
      }
      if (this.#rejected.size > 0) file.rows.update({ rejected })
    })
    if (!done) return
    file.state.rejected = rejected
    file.total = { rows: file.total.rows - gone.rows, bytes: file.total.bytes - gone.bytes }
    this.#rejected.clear()
    this.#acked.clear()
  }

  stop(): void {
    this.flush()
  }

  #park(): void {
    let parked: OutboxRow[] = []
    const done = this.#file.attempt('set rows aside', () => {
      parked = this.#file.rows.park(POISON_DISCONNECTS)
    })
    if (!done || parked.length === 0) return
    this.#file.parked += parked.length
    for (const row of parked) {
      const about = { seq: row.id, lane: row.lane, kind: row.kind }
      this.#log.error(about, 'a row was under way at three disconnects in a row and is set aside')
      this.#tell({
        type: 'row_parked',
        severity: 'error',
        description: `Message ${row.id} was under way at ${POISON_DISCONNECTS} disconnects in a row. It is set aside and tried again when the agent restarts.`,
        data: { ...about, bytes: row.bytes },
      })
    }
  }

  /**
   * The hub has more of this epoch than this file ever sent: the file is an old copy, and its next numbers would be
   * taken for duplicates. What the hub has is deleted, the rest gets a new epoch and new numbers.
   */
  #restore(ack: Ack): AckOutcome {
    const file = this.#file
    const old = file.state
    const epoch = mintEpoch()
    let moved = 0
    const done = file.attempt('give the outbox a new epoch', () => {
      for (const lane of LANES) file.rows.deleteUpTo(lane, Math.min(ack.upto[lane] ?? 0, old.sentBound))
      moved = file.rows.rekey('all')
      file.rows.update({ epoch, sentBound: 0 })
    })
    if (!done) return 'later'
    file.state = { ...old, epoch, sentBound: 0 }
    file.recount()
    this.#acked.clear()
    this.#log.warn({ old: old.epoch, epoch, rows: moved }, 'this outbox is an old copy; it goes on under a new epoch')
    this.#tell({
      type: 'outbox_restored',
      severity: 'warning',
      description: 'The outbox was an older copy of itself. What it had not sent goes on under a new epoch.',
      data: { old_epoch: old.epoch, new_epoch: epoch, rows: moved },
    })
    return 'restored'
  }
}
