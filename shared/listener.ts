import type { Server } from 'node:net'
import { splitAddress } from './address.ts'
import { cannotListen } from './cannot-listen.ts'
import { LaresError } from './errors.ts'
import type { Service } from './lifecycle.ts'
import type { Log } from './log.ts'

export interface ListenerOptions {
  /** Its key in `[listen]`. */
  key: string
  /** `host:port`, or the path of a socket. */
  where: string
  log: Log
  /** A new one for each time it is opened. */
  server: () => Server
  /** Before it is opened; what it throws is why it is not. */
  prepare?: () => void
  opened?: () => void
  closed?: () => void
}

/** One place where the hub listens. It may be opened again after that failed: what had the port may be gone. */
export class Listener implements Service {
  #options: ListenerOptions
  #server: Server | null = null
  #port: number
  /** Why it is not open; `null` while it is, and before it was tried. */
  failure: Error | null = null

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#port = options.where.includes('/') ? 0 : splitAddress(options.where).port
  }

  /** The one in use; before it is open, the one of the configuration. 0 for a socket. */
  get port(): number {
    return this.#port
  }

  /** Throws `bad_config` with what is in the way. */
  async start(): Promise<void> {
    const { key, where, prepare } = this.#options
    try {
      prepare?.()
      await this.#open()
      this.failure = null
    } catch (cause) {
      // What was opened and cannot be used would keep its port from the next try.
      this.#server?.close()
      this.#server = null
      this.failure = cause instanceof LaresError ? cause : cannotListen(key, where, cause)
      throw this.failure
    }
  }

  /** Takes no more connections. To wait here until those that are open are gone would be to wait for what stops later. */
  stop(): void {
    this.#server?.close()
    this.#server = null
    this.#options.closed?.()
  }

  async #open(): Promise<void> {
    const { key, where, log } = this.#options
    const server = this.#options.server()
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.once('listening', resolve)
      if (where.includes('/')) server.listen(where)
      else {
        const { host, port } = splitAddress(where)
        server.listen(port, host)
      }
    })
    // A machine that is out of descriptors fails to accept, and has a free one later.
    server.on('error', (error) => log.warn({ listener: key, error: error.message }, 'a connection was not accepted'))
    const address = server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
    this.#options.opened?.()
  }
}
