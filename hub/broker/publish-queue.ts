import type { PublishVerdict } from './connection.ts'

type Done = (error?: Error | null) => void

interface Pending<Packet> {
  packet: Packet
  verdict: PublishVerdict | null
  /** It has had its effect, as far as the answer depends on it. */
  ready: boolean
  done: Done
}

export interface PublishQueueOptions<Packet> {
  /** Asks for the verdict; the answer may come at once or later, more than one is ignored. */
  ask: (packet: Packet, settle: (verdict: PublishVerdict) => void) => void
  /** Whether a packet that was not refused must have its effect before it is answered. */
  hasEffect: (packet: Packet, verdict: PublishVerdict) => boolean
  /** Gives it its effect, in the order in which the packets came; `applied` says, once, that it may be answered, or not. */
  apply: (packet: Packet, verdict: PublishVerdict, applied: Done) => void
  /** Gets the verdicts in the order in which the packets came. */
  finish: (packet: Packet, verdict: PublishVerdict, done: Done) => void
}

/**
 * Lets one connection's publishes have their effects and complete in arrival order, however verdicts and effects come:
 * Aedes handles all packets of a chunk side by side, and would acknowledge and deliver them in the order of the answers.
 */
export class PublishQueue<Packet> {
  #options: PublishQueueOptions<Packet>
  #pending: Pending<Packet>[] = []
  /** The first that was not completed, and the first that was given no effect. */
  #head = 0
  #next = 0
  #draining = false
  /** Packets completed, to see from outside whether anything moves. */
  #completed = 0
  #seen = -1
  #seenAt = 0

  constructor(options: PublishQueueOptions<Packet>) {
    this.#options = options
  }

  get length(): number {
    return this.#pending.length - this.#head
  }

  submit(packet: Packet, done: Done): void {
    const pending: Pending<Packet> = { packet, verdict: null, ready: false, done }
    if (this.length === 0) this.#seen = -1
    this.#pending.push(pending)
    this.#options.ask(packet, (verdict) => {
      if (pending.verdict !== null) return
      pending.verdict = verdict === 'deliver' || verdict === 'absorb' ? verdict : 'close'
      if (this.#pending[this.#next] === pending) this.#drain()
    })
  }

  /** Whether the oldest has waited for longer than this. Call it regularly: it compares with what it saw before. */
  stuck(now: number, timeoutMs: number): boolean {
    if (this.length === 0 || this.#completed !== this.#seen) {
      this.#seen = this.#completed
      this.#seenAt = now
      return false
    }
    return now - this.#seenAt >= timeoutMs
  }

  /** Refuses everything that waits. */
  refuseAll(): void {
    for (const pending of this.#pending.slice(this.#head)) {
      if (pending.ready) continue
      pending.verdict = 'close'
      pending.ready = true
    }
    this.#drain()
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    while (this.#applyNext() || this.#finishNext());
    this.#draining = false
  }

  #applyNext(): boolean {
    const next = this.#pending[this.#next]
    if (next === undefined || next.verdict === null) return false
    this.#next += 1
    const { packet, verdict } = next
    if (next.ready || verdict === 'close' || !this.#options.hasEffect(packet, verdict)) {
      next.ready = true
      return true
    }
    this.#options.apply(packet, verdict, (error) => {
      if (next.ready) return
      if (error) next.verdict = 'close'
      next.ready = true
      if (this.#pending[this.#head] === next) this.#drain()
    })
    return true
  }

  #finishNext(): boolean {
    const first = this.#pending[this.#head]
    if (first === undefined || first.verdict === null || !first.ready || this.#head === this.#next) return false
    this.#head += 1
    this.#completed += 1
    if (this.#head === this.#pending.length) {
      this.#pending.length = 0
      this.#head = 0
      this.#next = 0
    } else if (this.#head > 1_024) {
      this.#pending.splice(0, this.#head)
      this.#next -= this.#head
      this.#head = 0
    }
    this.#options.finish(first.packet, first.verdict, first.done)
    return true
  }
}
