import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the hub says to a webhook, as far as the demo shows it. */
interface Told {
  title: string
}

const MOST_BYTES = 256 * 1024

/** Whoever is told when something is wrong, in place of a phone: the demo shows what was said last. */
export class Listener {
  /** What was said last; empty: nothing yet. */
  last = ''
  times = 0
  #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk
        if (text.length > MOST_BYTES) request.destroy()
      })
      request.on('end', () => {
        response.writeHead(this.#take(text) ? 204 : 400).end()
      })
    })
  }

  static async start(): Promise<Listener> {
    const listener = new Listener()
    listener.#server.listen(0, '127.0.0.1')
    await once(listener.#server, 'listening')
    return listener
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #take(text: string): boolean {
    try {
      this.last = (JSON.parse(text) as Told).title
      this.times += 1
      return true
    } catch {
      return false
    }
  }
}
