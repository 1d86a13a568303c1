import { createServer, type Server } from 'node:net'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { WyomingPeer, type WyomingService } from './wyoming-peer.ts'
import { WyomingPeers } from './wyoming-peers.ts'

export interface WyomingServerParts extends WyomingService {
  host: string
  port: number
  /** Addresses and networks beside this machine: there is no login in Wyoming. */
  allow: readonly string[]
  log: Log
}

/** Each is a socket and at most a minute of sound. */
const MOST_PEERS = 16

/** Serves what hears and speaks here to programs that speak Wyoming, such as Home Assistant: from this machine, or from listed addresses. */
export class WyomingServer {
  /** Peers that were turned away, by their address: each is told once in the log. */
  readonly refused = new Set<string>()
  #parts: WyomingServerParts
  #allowed: WyomingPeers
  #server: Server | null = null
  #peers = new Set<WyomingPeer>()

  constructor(parts: WyomingServerParts) {
    this.#parts = parts
    this.#allowed = new WyomingPeers(parts.allow)
  }

  get peers(): number {
    return this.#peers.size
  }

  /** Where it listens; `null`: nowhere. */
  get port(): number | null {
    const address = this.#server?.address() ?? null
    return typeof address === 'object' && address !== null ? address.port : null
  }

  /** Rejects with `cannot_listen`. */
  async listen(): Promise<void> {
    const { host, port } = this.#parts
    const server = createServer((socket) => {
      const { remoteAddress } = socket
      if (!this.#allowed.has(remoteAddress) || this.#peers.size >= MOST_PEERS) {
        if (remoteAddress !== undefined && !this.#allowed.has(remoteAddress)) this.#note(remoteAddress)
        socket.on('error', () => {})
        socket.destroy()
        return
      }
      const peer = new WyomingPeer(socket, this.#parts)
      this.#peers.add(peer)
      socket.once('close', () => this.#peers.delete(peer))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        const words = `Wyoming cannot be served at ${host}:${port}: ${asError(error).message}`
        reject(
          new LaresError('cannot_listen', words, {
            hint: 'Choose another address: wyoming below [voice] in hub.toml.',
          }),
        )
      })
      server.listen(port, host, resolve)
    })
    server.on('error', (error) => this.#parts.log.warn({ error: asError(error).message }, 'Wyoming'))
    this.#server = server
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    for (const peer of this.#peers) peer.close()
    if (server !== null) await new Promise((resolve) => server.close(resolve))
  }

  #note(address: string): void {
    if (this.refused.has(address) || this.refused.size >= 100) return
    this.refused.add(address)
    this.#parts.log.warn({ address }, 'an address that allow does not list asked for Wyoming, and was turned away')
  }
}
