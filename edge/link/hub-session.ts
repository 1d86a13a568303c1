import type { Cancel, Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Ack } from '../../shared/messages/ack.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { OutboxRow } from '../outbox/rows.ts'
import type { AckOutcome } from '../outbox/settlement.ts'
import { ACK_TIMEOUT_MS, Sender } from './sender.ts'

const DISK_RETRY_MS = 5_000

export interface HubSessionOptions {
  outbox: Outbox
  clock: Clock
  log: Log
  send: (row: OutboxRow) => void
  /** Cuts the connection; the loop opens another one. */
  drop: (reason: Error) => void
  /** The hub answered the birth: from now on it is reachable. */
  onReachable: () => void
}

/** What happens between one birth and the end of its connection: first the hub's ack, then sending. */
export class HubSession {
  #options: HubSessionOptions
  #sender: Sender | null = null
  #cancels: Cancel[] = []

  constructor(options: HubSessionOptions) {
    this.#options = options
  }

  /** To be called when the birth has been sent. */
  start(): void {
    const { clock, drop } = this.#options
    const overdue = () => drop(new LaresError('unreachable', 'the hub did not answer the birth'))
    this.#cancels.push(clock.after(ACK_TIMEOUT_MS, overdue))
  }

  acknowledge(ack: Ack): void {
    const { outbox } = this.#options
    if (this.#sender === null) {
      this.#open(ack)
      return
    }
    const outcome = outbox.acknowledge(ack)
    if (outcome === 'ok') this.#sender.acknowledge(ack)
    else this.#complain(outcome, ack)
  }

  /**
   * The hub refused the birth and may owe no ack for it. It reads what else this device sends, so everything is sent from
   * the start of what it has not acknowledged; what it has already it takes for duplicates.
   */
  refused(): void {
    if (this.#sender === null) this.#open({ epoch: this.#options.outbox.epoch, upto: {}, rejected: [] })
  }

  /** Ends sending. The rows that were under way count against themselves unless the agent itself is stopping. */
  stop(stopping: boolean): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#sender?.stop()
    this.#options.outbox.closed(stopping ? [] : (this.#sender?.inFlight ?? []))
    this.#sender = null
  }

  #open(ack: Ack): void {
    const { outbox, clock, send, drop, onReachable } = this.#options
    const outcome = outbox.opened(ack)
    if (outcome === 'later') {
      this.#cancels.push(clock.after(DISK_RETRY_MS, () => this.#sender ?? this.#open(ack)))
      return
    }
    if (outcome !== 'ok') {
      this.#complain(outcome, ack)
      return
    }
    for (const cancel of this.#cancels.splice(0)) cancel()
    const onStalled = () =>
      drop(new LaresError('unreachable', `the hub acknowledged nothing for ${ACK_TIMEOUT_MS / 1_000} s`))
    this.#sender = new Sender({ outbox, clock, send, onStalled })
    onReachable()
    this.#sender.start()
  }

  #complain(outcome: AckOutcome, ack: Ack): void {
    const { log, drop } = this.#options
    if (outcome === 'restored') drop(new Error('the outbox goes on under a new epoch'))
    else log.debug({ outcome, epoch: ack.epoch }, 'an ack was not used')
  }
}
