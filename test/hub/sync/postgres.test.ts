import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isDataError, Postgres } from '../../../hub/sync/postgres.ts'

describe('a connection to central', () => {
  it('that is closed while it is being made says so at once', async () => {
    // Accepts, and never says a word.
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `postgres://hub:secret@127.0.0.1:${(server.address() as AddressInfo).port}/central`
    const central = new Postgres({ url, name: 'test', connectMs: 60_000, statementMs: 60_000 })
    const connecting = central.connect()
    const [socket] = await once(server, 'connection')
    central.close()
    await expect(connecting).rejects.toThrow('given up')
    socket.destroy()
    server.close()
  })
})

describe('an error of central', () => {
  it.each([
    ['22P05', true],
    ['23514', true],
    ['54001', true],
    ['40001', false],
    ['42501', false],
    ['53100', false],
    ['57014', false],
    ['08006', false],
  ])('%s is the row at fault: %s', (code, expected) => {
    expect(isDataError(Object.assign(new Error('x'), { code }))).toBe(expected)
  })
})
