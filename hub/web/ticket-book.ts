import type { Clock } from '../../shared/clock.ts'
import { TICKETS } from '../../shared/limits.ts'
import type { FileTicket } from '../contract/file-ticket.ts'

interface Kept {
  ticket: FileTicket
  /** On the monotonic clock. */
  until: number
}

/** Tickets that were handed out, in memory alone: a hub that starts anew has none. */
export class TicketBook {
  #clock: Clock
  /** By hash, the oldest first. */
  #kept = new Map<string, Kept>()
  /** Tickets that are being answered, of those whose rights are what they were. */
  #inUse = new Map<FileTicket, AbortController>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of one who has too many, and of all, the oldest goes. */
  add(ticket: FileTicket): void {
    const until = this.#clock.mono() + TICKETS.ageMs
    const own = [...this.#kept].filter(([, { ticket: one }]) => one.caller.principal === ticket.caller.principal)
    for (const [hash] of own.slice(0, Math.max(0, own.length + 1 - TICKETS.perPrincipal))) this.#kept.delete(hash)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < TICKETS.most) break
      this.#kept.delete(oldest)
    }
    this.#kept.set(ticket.hash, { ticket, until })
  }

  /** The ticket of a hash, as long as it is good. To look at it does not use it up. */
  find(hash: string): FileTicket | null {
    const kept = this.#kept.get(hash)
    if (!kept) return null
    if (this.#clock.mono() < kept.until) return kept.ticket
    this.#kept.delete(hash)
    return null
  }

  /** The rights of somebody are others: what they were handed out before brings nothing, and what is under way goes no further. */
  end(principal: string): void {
    for (const [hash, { ticket }] of [...this.#kept]) if (ticket.caller.principal === principal) this.#kept.delete(hash)
    for (const [ticket, cut] of this.#inUse)
      if (ticket.caller.principal === principal) {
        this.#inUse.delete(ticket)
        cut.abort()
      }
  }

  /** Answers a ticket, until it ends. */
  async answering(ticket: FileTicket, answer: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const cut = new AbortController()
    this.#inUse.set(ticket, cut)
    try {
      await answer(cut.signal)
    } finally {
      this.#inUse.delete(ticket)
    }
  }

  /** A player asks for a recording piece by piece: that one goes on to be good for a while. Any other was good once. False: it was not good any more. */
  use({ hash, content }: FileTicket): boolean {
    const kept = this.#kept.get(hash)
    if (!kept) return false
    if (content.kind !== 'recording') this.#kept.delete(hash)
    else if (kept.until <= this.#clock.mono() + TICKETS.ageMs)
      this.#kept.set(hash, { ...kept, until: this.#clock.mono() + TICKETS.playingMs })
    return true
  }
}
