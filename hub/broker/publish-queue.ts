import type { PublishVerdict } from './connection.ts'

interface Pending<Packet> {
  packet: Packet
  verdict: PublishVerdict | null
  done: (error?: Error | null) => void
}

export interface PublishQueueOptions<Packet> {
  /** Asks for the verdict; the answer may come at once or later, more than one is ignored. */
  ask: (packet: Packet, settle: (verdict: PublishVerdict) => void) => void
  /** Gets the verdicts in the order in which the packets came. */
  finish: (packet: Packet, verdict: PublishVerdict, done: (error?: Error | null) => void) => void
}

/**
 * Lets one connection's publishes complete in arrival order, however their verdicts come: Aedes handles all packets of
 * a chunk side by side, and would acknowledge and deliver them in the order of the answers.
 */
export class PublishQueue<Packet> {
  #options: PublishQueueOptions<Packet>
  #pending: Pending<Packet>[] = []
  #head = 0
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

  submit(packet: Packet, done: (error?: Error | null) => void): void {
    const pending: Pending<Packet> = { packet, verdict: null, done }
    if (this.length === 0) this.#seen = -1
    this.#pending.push(pending)
    this.#options.ask(packet, (verdict) => {
      if (pending.verdict !== null) return
      pending.verdict = verdict === 'deliver' || verdict === 'absorb' ? verdict : 'close'
      if (this.#pending[this.#head] === pending) this.#drain()
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
    for (const pending of this.#pending.slice(this.#head)) pending.verdict ??= 'close'
    this.#drain()
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    for (;;) {
      const next = this.#pending[this.#head]
      if (next === undefined || next.verdict === null) break
      this.#head += 1
      this.#completed += 1
      if (this.#head === this.#pending.length) {
        this.#pending.length = 0
        this.#head = 0
      } else if (this.#head > 1_024) {
        this.#pending.splice(0, this.#head)
        this.#head = 0
      }
      this.#options.finish(next.packet, next.verdict, next.done)
    }
    this.#draining = false
  }
}
