import { type AddressInfo, createServer } from 'node:net'

/** An address on this machine that nobody listens at now: a hub that begins again is found where it was. */
export function freeAddress(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(`127.0.0.1:${port}`))
    })
  })
}
