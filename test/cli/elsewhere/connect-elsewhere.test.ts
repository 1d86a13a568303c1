import { generate, type Packet } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { connectElsewhere } from '../../../cli/elsewhere/connect-elsewhere.ts'
import type { KeptHub } from '../../../cli/elsewhere/kept-hubs.ts'
import { explain } from '../../../shared/errors.ts'
import { asPattern } from '../../remedies/lib/as-pattern.ts'
import { answeringAll, type BrokerAnswer, houseBroker, letIn } from './house-broker.ts'
import { type HouseParts, type HouseServer, newAuthority, startHouse } from './house-server.ts'

const COOKIE = 'k'.repeat(43)
let house: HouseServer | null = null
afterEach(async () => {
  await house?.stop()
  house = null
})

async function hubOf(parts: HouseParts, login: KeptHub['login'] = { kind: 'session', email: 'a@b', cookie: COOKIE }) {
  house = await startHouse(parts)
  const trust = { kind: 'authority', pem: house.authority.certificate.toString() } as const
  return { name: 'home', host: 'localhost', port: house.port, base: 'lares', trust, login, since: 1 } satisfies KeptHub
}

describe('the way to a hub elsewhere', () => {
  it('is that of its page: its origin, the cookie of the login, and CONNECT without a password', async () => {
    const connects: Packet[] = []
    const hub = await hubOf({ socket: houseBroker(letIn, connects) })
    const client = await connectElsewhere(hub)
    expect(client.address).toMatch(/127\.0\.0\.1$/)
    await client.close()
    expect(house?.asked).toMatchObject([{ what: 'GET /mqtt', cookie: `__Host-lares=${COOKIE}` }])
    expect(house?.origins).toEqual([`https://localhost:${hub.port}`])
    expect(connects).toMatchObject([{ clean: true, clientId: expect.stringMatching(/^cli\.\w+$/) }])
    expect(connects[0]).not.toHaveProperty('password', expect.anything())
  })

  it('has a token in CONNECT, and no cookie', async () => {
    const connects: Packet[] = []
    const client = await connectElsewhere(
      await hubOf({ socket: houseBroker(letIn, connects) }, { kind: 'token', user: 'u1', token: 'secret' }),
    )
    await client.close()
    expect(house?.asked).toMatchObject([{ cookie: undefined }])
    expect(connects).toMatchObject([{ username: 'u1', password: Buffer.from('secret') }])
  })

  it('is none to a server that has another authority, which sees no cookie', async () => {
    const hub = await hubOf({ socket: houseBroker(letIn) })
    const pem = (await newAuthority()).certificate.toString()
    await expect(connectElsewhere({ ...hub, trust: { kind: 'authority', pem } })).rejects.toMatchObject({
      code: 'wrong_pin',
    })
    expect(house?.asked).toEqual([])
  })

  it.each([
    [4, 'bad_login', 'Log in again: ….'],
    [5, 'forbidden', 'Ask an administrator of this hub to open it again.'],
  ])('is over where CONNACK says %i', async (returnCode, code, hint) => {
    const refusing: BrokerAnswer = (peer) => peer.send(generate({ cmd: 'connack', returnCode, sessionPresent: false }))
    await expect(connectElsewhere(await hubOf({ socket: houseBroker(refusing) }))).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(asPattern(hint)),
    })
  })

  it.each<[string, (peer: WebSocket) => void]>([
    ['text', (peer) => peer.send('hello')],
    ['no MQTT', (peer) => peer.send(Buffer.alloc(64, 0xff))],
    ['a packet without end', (peer) => peer.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))],
    ['nothing, and goes', (peer) => peer.close()],
  ])(
    'is told to lead to no hub where it is answered by %s',
    async (_says, answer) => {
      const client = connectElsewhere(await hubOf({ socket: houseBroker(answer) }))
      await expect(client).rejects.toMatchObject({ code: 'unreachable' })
    },
    20_000,
  )

  it('ends where a packet claims to be larger than an answer can be, before it is gathered', async () => {
    const flooding: BrokerAnswer = (peer, packet) => {
      letIn(peer, packet)
      if (packet.cmd === 'publish') peer.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))
    }
    const client = await connectElsewhere(await hubOf({ socket: houseBroker(flooding) }))
    await expect(client.request('devices', 'list', {})).rejects.toMatchObject({ code: 'unreachable' })
    await client.close()
  }, 20_000)

  it.each([404, 302, 403])('is told to lead to no hub where the WebSocket is refused with %i', async (status) => {
    await expect(connectElsewhere(await hubOf({ refuse: status }))).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('what a hub says is wrong', () => {
  it('is shown without a sign that a terminal obeys', async () => {
    const error = {
      code: 'not_found\u0007',
      message: 'no \u001b[2J\u202edevice',
      hint: 'Look:\n  lares\u001b]0;x\u0007 devices list',
    }
    const hub = await hubOf({ socket: answeringAll({ status: 'error', error }) })
    const client = await connectElsewhere(hub)
    const thrown = await client.request('devices', 'show', {}).catch((one: unknown) => one)
    expect(explain(thrown)).toBe('no  device\n  Look:\n  lares ]0;x  devices list [not_found]')
    await client.close()
  })
})
