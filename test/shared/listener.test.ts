import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Listener } from '../../shared/listener.ts'
import { silentLog } from '../../shared/log.ts'

describe('a listener', () => {
  const servers: Server[] = []
  const made = () => {
    const server = createServer((peer) => peer.destroy())
    servers.push(server)
    return server
  }
  const listener = (where: string) => new Listener({ key: 'plain', where, log: silentLog, server: made })

  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  it('outlives connections that it cannot accept, as when descriptors run out', async () => {
    const open = listener('127.0.0.1:0')
    await open.start()
    const [server] = servers
    for (let failure = 0; failure < 3; failure += 1) server?.emit('error', new Error('accept EMFILE'))
    expect(server?.listening).toBe(true)
    open.stop()
    expect(server?.listening).toBe(false)
  })

  it('takes no connections when what follows its opening fails', async () => {
    const open = new Listener({
      key: 'socket',
      where: '127.0.0.1:0',
      log: silentLog,
      server: made,
      opened() {
        throw new Error('chmod EPERM')
      },
    })
    for (let time = 0; time < 2; time += 1) await expect(open.start()).rejects.toThrow('EPERM')
    expect(servers.map(({ listening }) => listening)).toEqual([false, false])
  })

  it('knows its port before it is open, tells why it is not, and is opened again', async () => {
    const first = listener('127.0.0.1:0')
    await first.start()
    const second = listener(`127.0.0.1:${first.port}`)
    expect(second.port).toBe(first.port)
    await expect(second.start()).rejects.toThrow('another program listens there')
    expect(second.failure?.message).toContain('another program listens there')
    first.stop()
    await second.start()
    expect(second.failure).toBeNull()
    second.stop()
  })
})
