import { describe, expect, it } from 'vitest'
import { parseJoinToken } from '../../../../shared/join-token.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const HUB = { addresses: ['192.168.1.2:8883'], warnings: [], pin: 'p'.repeat(43) }
const SECRET = 's'.repeat(43)
const MINUTE = 60_000

function invite(house: TestHouse, name = 'Kitchen Pi'): string {
  const answer = ask(house, commandInput('devices/invite', { name }, { prepared: HUB }))
  const { token } = data<{ token: string }>(answer)
  const parsed = parseJoinToken(token)
  expect(parsed).toMatchObject({ addresses: HUB.addresses, pin: HUB.pin })
  return parsed.code
}

function join(house: TestHouse, code: string, secret = SECRET): Record<string, unknown> {
  const payload = Buffer.from(JSON.stringify({ code, secret, hardware: 'Pi 4', agent: '0.1.0' }))
  house.send({ kind: 'join', client: 'join.abc', session: 'join 1\njoin.abc', payload })
  return house.published('/join/join.abc/response')[0] ?? {}
}

const refusal = (answer: Record<string, unknown>) => (answer.error as { code: string } | undefined)?.code

describe('an invitation', () => {
  it('lets one device in, with an id made of the name, and says so in the events', () => {
    const house = openTestHouse()
    const answer = join(house, invite(house))
    expect(answer).toMatchObject({ ok: true, name: 'Kitchen Pi', device_type: 'raspberry_pi' })
    expect(answer.device).toMatch(/^kitchen-pi-[0-9a-hjkmnp-tv-z]{6}$/)
    expect(
      house.all('SELECT name, device_class, detected_model, integration_type, discovery_method, status FROM devices'),
    ).toEqual([
      {
        name: 'Kitchen Pi',
        device_class: 'computer',
        detected_model: 'Pi 4',
        integration_type: 'lares',
        discovery_method: 'invitation',
        status: 'offline',
      },
    ])
    expect(house.all("SELECT device_id FROM events WHERE event_type = 'device_joined'")).toEqual([
      { device_id: answer.device },
    ])
  })

  it('gives the same answer to the same secret, even late, and none to another', () => {
    const house = openTestHouse()
    const code = invite(house)
    const first = join(house, code)
    house.now += 60 * MINUTE
    house.restart()
    expect(join(house, code)).toEqual(first)
    expect(refusal(join(house, code, 't'.repeat(43)))).toBe('code_used')
    expect(house.all('SELECT count(*) AS n FROM devices')).toEqual([{ n: 1 }])
  })

  it('is good for ten minutes only, also where the clock was years ahead when it was made', () => {
    const house = openTestHouse()
    const { now } = house
    house.now = now + 10 * 365 * 24 * 60 * MINUTE
    const code = invite(house)
    house.now = now
    expect(refusal(join(house, code))).toBe('code_expired')
  })

  it('ends after ten minutes', () => {
    const house = openTestHouse()
    const code = invite(house)
    house.now += 10 * MINUTE - 1
    const early = openTestHouse()
    expect(join(early, invite(early))).toMatchObject({ ok: true })
    house.now += 1
    expect(refusal(join(house, code))).toBe('code_expired')
  })

  it('is burnt by five wrong codes, at the door and behind it', () => {
    for (const attempt of [
      (house: TestHouse, code: string) => void join(house, code),
      (house: TestHouse, code: string) =>
        void house.send({
          kind: 'authenticate',
          credentials: { clientId: 'join.x', username: 'join', password: code, listener: 'tls' },
        }),
    ]) {
      const house = openTestHouse()
      const code = invite(house)
      const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0')
      for (let tries = 0; tries < 4; tries++) attempt(house, wrong)
      expect(house.all('SELECT tries FROM invitations')).toEqual([{ tries: 4 }])
      attempt(house, wrong)
      expect(refusal(join(house, code))).toBe('code_used')
    }
  })

  it('is not hurt by codes of other invitations and by rubbish', () => {
    const house = openTestHouse()
    const code = invite(house)
    for (const rubbish of ['', 'x', '%', '______', 'a'.repeat(64)]) join(house, rubbish)
    const other = invite(house)
    expect(join(house, other)).toMatchObject({ ok: true })
    expect(join(house, code)).toMatchObject({ ok: true })
  })

  it('is not made while the hub does not know what time it is', () => {
    const house = openTestHouse()
    house.clockSynced = false
    const answer = ask(house, commandInput('devices/invite', { name: 'Kitchen' }, { prepared: HUB }))
    expect(answer).toMatchObject({ status: 'error', error: { code: 'clock_unsynced' } })
    expect(house.all('SELECT count(*) AS n FROM invitations')).toEqual([{ n: 0 }])
  })

  it('is answered with the fault when the request cannot be read', () => {
    const house = openTestHouse()
    house.send({ kind: 'join', client: 'join.abc', session: 'join 1\njoin.abc', payload: Buffer.from('{') })
    expect(house.published('/response')).toMatchObject([{ ok: false, error: { code: 'bad_json' } }])
  })

  it('is kept only as a hash, and forgotten a day after it ended', () => {
    const house = openTestHouse()
    const code = invite(house)
    expect(JSON.stringify(house.all('SELECT * FROM invitations'))).not.toContain(code)
    house.now += 25 * 60 * MINUTE
    house.restart()
    expect(house.all('SELECT count(*) AS n FROM invitations')).toEqual([{ n: 0 }])
  })
})
