import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a registry does when it is asked for a file. */
export interface Conduct {
  /** Says no more after so many bytes. */
  stopsAfter?: number
  /** Knows nothing of ranges. */
  whole?: boolean
  status?: number
}

/** A registry on loopback that has these files by their paths. */
export class RegistryServer {
  readonly asked: { path: string; range: string | null }[] = []
  conduct: Conduct = {}
  #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(files: Readonly<Record<string, Buffer>>): Promise<RegistryServer> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '')
      const { stopsAfter, whole = false, status } = registry.conduct
      registry.asked.push({ path, range: request.headers.range ?? null })
      const file = files[path]
      if (status !== undefined || !file) {
        response.writeHead(status ?? 404).end()
        return
      }
      const from = whole ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const rest = file.subarray(from)
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length })
      if (stopsAfter === undefined) response.end(rest)
      else response.write(rest.subarray(0, stopsAfter))
    })
    const registry = new RegistryServer(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return registry
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  breakConnections(): void {
    this.#server.closeAllConnections()
  }

  async stop(): Promise<void> {
    this.breakConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
