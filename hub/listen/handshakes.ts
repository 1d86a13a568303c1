import type { Socket } from 'node:net'
import type { Place } from '../broker/connection-limiter.ts'

/** Takes a place for a peer before its handshake, or `null` when it must go. `close` ends it when others need the place. */
export type Admit = (remote: string, close: () => void) => Place | null

/**
 * Connections between being accepted and the end of their TLS handshake. A place is taken before it: a silent peer costs a
 * descriptor, and many of them must not cost more.
 */
export class Handshakes {
  #admit: Admit
  /** By the other side's address and port. */
  #open = new Map<string, { peer: Socket; place: Place }>()

  constructor(admit: Admit) {
    this.#admit = admit
  }

  /** Whether the peer has a place now; one without is closed. The place is given back when the peer closes. */
  begin(peer: Socket): boolean {
    peer.on('error', () => {})
    const place = this.#admit(peer.remoteAddress ?? '', () => peer.destroy())
    if (!place) {
      peer.destroy()
      return false
    }
    const source = sourceOf(peer)
    this.#open.set(source, { peer, place })
    peer.once('close', () => {
      this.#open.delete(source)
      place.leave()
    })
    return true
  }

  /** The place of a connection whose handshake is over; from now on it is for its new owner to close. */
  end(peer: Socket): Place | undefined {
    const source = sourceOf(peer)
    const place = this.#open.get(source)?.place
    this.#open.delete(source)
    return place
  }

  /** Closes those that nobody else would. */
  close(): void {
    for (const { peer } of this.#open.values()) peer.destroy()
  }
}

function sourceOf(peer: Socket): string {
  return `${peer.remoteAddress} ${peer.remotePort}`
}
