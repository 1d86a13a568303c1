import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectLocally } from '../../cli/admin-client.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-client-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A broker that lets everybody in, and closes the connection on which a command comes. */
async function breakingBroker() {
  const came: string[] = []
  const answer = (peer: Socket, packet: Packet) => {
    came.push(packet.cmd)
    if (packet.cmd === 'connect') peer.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
    if (packet.cmd === 'subscribe')
      peer.write(generate({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] }))
    if (packet.cmd === 'publish') peer.destroy()
  }
  const server = createServer((peer) => {
    const parsed = parser({ protocolVersion: 4 })
    parsed.on('packet', (packet: Packet) => answer(peer, packet))
    peer.on('data', (chunk) => parsed.parse(chunk))
    peer.on('error', () => {})
  })
  const socket = join(folder, 'hub.sock')
  server.listen(socket)
  await once(server, 'listening')
  return { socket, came, server }
}

describe('a command whose connection breaks', () => {
  it('is not sent again, and nor is what is asked of that connection afterwards', async () => {
    const { socket, came, server } = await breakingBroker()
    const client = await connectLocally(socket)
    await expect(client.request('devices', 'restart', {})).rejects.toMatchObject({ code: 'unreachable' })
    await expect(client.request('devices', 'restart', {})).rejects.toMatchObject({ code: 'unreachable' })
    // By then a connection that is made again would have come.
    for (let later = 0; later < 5; later += 1) await (await connectLocally(socket)).close()
    expect(came.filter((what) => what === 'publish')).toHaveLength(1)
    expect(came.filter((what) => what === 'connect')).toHaveLength(6)
    await client.close()
    server.close()
  }, 20_000)
})
