import type { Cancel, Clock } from '../../shared/clock.ts'
import { POISON_DISCONNECTS } from '../../shared/limits.ts'
import type { Ack } from '../../shared/messages/ack.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { OutboxRow } from '../outbox/rows.ts'
import { LANES } from '../outbox/rows.ts'
import { sendPlan } from './send-plan.ts'

/** An ack that does not come within this long ends the connection. */
export const ACK_TIMEOUT_MS = 30_000

export interface SenderOptions {
  outbox: Pick<Outbox, 'waiting' | 'onWritten'>
  clock: Clock
  send: (row: OutboxRow) => void
  /** Called once when an ack is overdue. */
  onStalled: () => void
}

/**
 * Sends what waits in the outbox over one connection, from the start of what is not acknowledged, strictly ascending
 * within a lane. A row that was under way at two disconnects in a row goes alone, so that a third one accuses
 * nobody else.
 */
export class Sender {
  #options: SenderOptions
  #inFlight: Record<Lane, number[]> = { urgent: [], live: [], backlog: [] }
  #cursor: Record<Lane, number> = { urgent: 0, live: 0, backlog: 0 }
  #alone = false
  #progressAt = 0
  #cancels: Cancel[] = []

  constructor(options: SenderOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, outbox } = this.#options
    this.#progressAt = clock.mono()
    this.#cancels.push(outbox.onWritten(() => this.#pump()))
    this.#cancels.push(clock.every(ACK_TIMEOUT_MS / 6, () => this.#watch()))
    this.#pump()
  }

  /** Sequence numbers sent and not acknowledged. */
  get inFlight(): number[] {
    return LANES.flatMap((lane) => this.#inFlight[lane])
  }

  /** To be called after the outbox took the same ack. */
  acknowledge(ack: Ack): void {
    const before = this.inFlight.length
    for (const lane of LANES) {
      const upto = ack.upto[lane] ?? 0
      this.#inFlight[lane] = this.#inFlight[lane].filter((seq) => seq > upto)
    }
    const after = this.inFlight.length
    if (after < before) this.#progressAt = this.#options.clock.mono()
    if (after === 0) this.#alone = false
    this.#pump()
  }

  /** Safe to call twice. */
  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
  }

  #pump(): void {
    if (this.#cancels.length === 0) return
    for (const lane of LANES) {
      if (this.#alone) return
      this.#sendFrom(lane)
    }
  }

  #sendFrom(lane: Lane): void {
    const { outbox } = this.#options
    const room = this.#room(lane)
    if (room === 0) return
    for (const row of outbox.waiting(lane, this.#cursor[lane], room)) {
      const suspect = row.disconnects >= POISON_DISCONNECTS - 1
      if (suspect && this.inFlight.length > 0) {
        // The rest of the window waits too: nothing may overtake it within its lane, and it must be under way alone.
        this.#alone = true
        return
      }
      this.#send(row)
      if (suspect) {
        this.#alone = true
        return
      }
    }
  }

  #room(lane: Lane): number {
    const { urgent, live, backlog } = this.#inFlight
    const liveWaits = live.length > 0 || (lane === 'backlog' && this.#hasMore('live'))
    return sendPlan({
      inFlight: { urgent: urgent.length, live: live.length, backlog: backlog.length },
      live: liveWaits,
    })[lane]
  }

  #hasMore(lane: Lane): boolean {
    return this.#options.outbox.waiting(lane, this.#cursor[lane], 1).length > 0
  }

  #send(row: OutboxRow): void {
    if (this.inFlight.length === 0) this.#progressAt = this.#options.clock.mono()
    this.#cursor[row.lane] = row.id
    this.#inFlight[row.lane].push(row.id)
    this.#options.send(row)
  }

  #watch(): void {
    if (this.inFlight.length === 0) return
    if (this.#options.clock.mono() - this.#progressAt < ACK_TIMEOUT_MS) return
    this.stop()
    this.#options.onStalled()
  }
}
