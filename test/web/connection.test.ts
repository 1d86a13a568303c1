import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import mqtt from 'mqtt-packet'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { ANSWER_MS, AwaitedAnswers } from '../../web/hub/awaited-answers.ts'
import { fits, HubConnection } from '../../web/hub/connection.ts'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('a topic', () => {
  it('fits filters by the rules of MQTT', () => {
    expect(fits('+/state/#', 'kitchen-pi/state/load')).toBe(true)
    expect(fits('+/status', 'kitchen-pi/status')).toBe(true)
    expect(fits('+/status', 'kitchen-pi/status/more')).toBe(false)
    expect(fits('hub/+', 'hub/health')).toBe(true)
    expect(fits('hub/+', 'hub')).toBe(false)
    expect(fits('#', 'anything/at/all')).toBe(true)
  })
})

describe('a question to the hub', () => {
  it('gets its own answer, whatever comes before it', async () => {
    const awaited = new AwaitedAnswers()
    const first = awaited.put<number>('a/b', {}, {})
    const second = awaited.put<number>('a/b', {}, {})
    expect(first.request.id).not.toBe(second.request.id)
    awaited.take(bytes({ id: second.request.id, status: 'ok', data: 2 }))
    awaited.take(bytes({ id: 'of somebody else', status: 'ok', data: 3 }))
    awaited.take(bytes({ id: first.request.id, status: 'ok', data: 1 }))
    expect(await Promise.all([first.answer, second.answer])).toEqual([1, 2])
  })

  it('fails with what the hub says is wrong, and its remedy', async () => {
    const awaited = new AwaitedAnswers()
    const { request, answer } = awaited.put('a/b', {}, {})
    const error = { code: 'not_found', message: 'there is no lamp', hint: 'See the list.' }
    awaited.take(bytes({ id: request.id, status: 'error', error }))
    await expect(answer).rejects.toMatchObject(error)
  })

  it('says where the answer is only what is known so far', async () => {
    const awaited = new AwaitedAnswers()
    const pending = vi.fn()
    const { request, answer } = awaited.put('a/b', {}, { pending })
    awaited.take(bytes({ id: request.id, status: 'pending', data: 'sent' }))
    expect(await answer).toBe('sent')
    expect(pending).toHaveBeenCalledOnce()
  })

  it('confirms only what it was told to', () => {
    const awaited = new AwaitedAnswers()
    expect(awaited.put('a/b', {}, {}).request).not.toHaveProperty('confirm')
    expect(awaited.put('a/b', {}, { confirm: true }).request).toHaveProperty('confirm', true)
  })

  it('is given up when nobody answers, and when the hub goes away', async () => {
    vi.useFakeTimers()
    const awaited = new AwaitedAnswers()
    const late = expect(awaited.put('a/b', {}, {}).answer).rejects.toMatchObject({ code: 'unreachable' })
    vi.advanceTimersByTime(ANSWER_MS)
    await late
    vi.useRealTimers()
    const away = awaited.put('a/b', {}, {})
    awaited.failAll(Object.assign(new Error('away'), { code: 'unreachable', hint: '' }))
    await expect(away.answer).rejects.toThrow('away')
  })
})

let server: WebSocketServer | null = null
afterEach(() => server?.close())

/** Lets everybody in, and acknowledges nothing that is published. `came` has the packets of each connection, by their kinds. */
async function deafHub() {
  const came: string[][] = []
  const peers: WebSocket[] = []
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  server.on('connection', (peer) => {
    const packets: string[] = []
    came.push(packets)
    peers.push(peer)
    const parser = mqtt.parser({ protocolVersion: 4 })
    peer.on('message', (bytes) => parser.parse(bytes as Buffer))
    parser.on('packet', (packet) => {
      packets.push(packet.cmd)
      if (packet.cmd === 'connect') peer.send(mqtt.generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
      if (packet.cmd === 'subscribe')
        peer.send(mqtt.generate({ cmd: 'suback', messageId: packet.messageId ?? 1, granted: [1] }))
    })
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/mqtt`, came, peers }
}

describe('a command that was on its way when the hub went away', () => {
  it('is not sent again by the next connection', async () => {
    const { url, came, peers } = await deafHub()
    const session = { ...{ user: 'u', email: 'a@b.c', full_name: null, role: 'owner' }, base: 'lares', now: 0 }
    const house = new HubConnection({ url, session, readSession: async () => session })
    await house.start()
    await vi.waitFor(() => expect(house.times.value).toBe(1), { timeout: 5_000 })
    const failed = expect(house.ask('entities/set', { what: 'unlock' })).rejects.toMatchObject({ code: 'unreachable' })
    await vi.waitFor(() => expect(came[0]).toContain('publish'), { timeout: 5_000 })
    peers[0]?.terminate()
    await failed
    await vi.waitFor(() => expect(came[1]?.length).toBeGreaterThan(1), { timeout: 8_000 })
    house.stop()
    expect(came[1]).not.toContain('publish')
  })
})
