import { ownerIn } from '../engine/client-session-key.ts'
import type { ClientSession } from './client-session.ts'

/** What one principal has of the broker's memory. */
interface Share {
  sessions: Set<ClientSession>
  bytes: number
}

/** Persistent sessions and the bytes of their queues by principal, so that one cannot take the room of the others. */
export class ClientSessionOwners {
  #shares = new Map<string, Share>()

  add(session: ClientSession): void {
    this.#share(session).sessions.add(session)
  }

  /** The session is gone with everything in its queue. */
  remove(session: ClientSession): void {
    const share = this.#share(session)
    share.sessions.delete(session)
    share.bytes -= session.bytes
    if (share.sessions.size === 0) this.#shares.delete(ownerIn(session.clientId))
  }

  /** The session's queue grew or shrank. */
  changed(session: ClientSession, bytes: number): void {
    this.#share(session).bytes += bytes
  }

  sessionsOf(key: string): ReadonlySet<ClientSession> {
    return this.#shares.get(ownerIn(key))?.sessions ?? new Set()
  }

  bytesOf(session: ClientSession): number {
    return this.#share(session).bytes
  }

  /** The sessions of whoever has most of them. */
  mostSessions(): ReadonlySet<ClientSession> {
    return this.#most(({ sessions }) => sessions.size)?.sessions ?? new Set()
  }

  /** The session with the longest queue of whoever has most bytes in queues. */
  mostQueued(): ClientSession | undefined {
    let most: ClientSession | undefined
    for (const session of this.#most(({ bytes }) => bytes)?.sessions ?? []) {
      if (session.bytes > (most?.bytes ?? 0)) most = session
    }
    return most
  }

  #most(by: (share: Share) => number): Share | undefined {
    let most: Share | undefined
    for (const share of this.#shares.values()) {
      if (by(share) > (most ? by(most) : 0)) most = share
    }
    return most
  }

  #share(session: ClientSession): Share {
    const owner = ownerIn(session.clientId)
    const known = this.#shares.get(owner)
    if (known) return known
    const share: Share = { sessions: new Set(), bytes: 0 }
    this.#shares.set(owner, share)
    return share
  }
}
