import { describe, expect, it } from 'vitest'
import { parseJoinToken } from '../../../../shared/join-token.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { heartbeat } from '../../../../shared/messages/heartbeat.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'

interface Machine {
  address: string
  boot: string
  connects: number
  sensors?: string[]
}

/** A machine connects, as the broker sees it, and introduces itself. */
function arrive(house: TestHouse, { address, boot, connects, sensors = [] }: Machine) {
  house.now += 1_000
  house.send({ kind: 'presence', device: DEVICE, online: true, reason: 'connected', address })
  introduce(house, { boot, connects, sensors })
}

function introduce(house: TestHouse, { boot, connects, sensors = [] }: Omit<Machine, 'address'>) {
  const list = sensors.map((key) => ({ key, kind: 'number', unit: '', name: key }))
  house.send([`lares/${DEVICE}/birth`, { ...birthMessage.sample, boot, connects, sensors: list }])
}

const A = { address: '192.168.1.5', boot: 'aaaa-1' }
const B = { address: '192.168.1.9', boot: 'bbbb-2' }

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

const events = (house: TestHouse) =>
  house.all<{ description: string }>("SELECT description FROM events WHERE event_type = 'identity_shared'")
function invited(house: TestHouse): string {
  const prepared = { addresses: ['192.168.1.2:8883'], warnings: [], pin: 'p'.repeat(43) }
  const { token } = data<{ token: string }>(ask(house, commandInput('devices/invite', { name: 'Copy' }, { prepared })))
  return parseJoinToken(token).code
}

const asked = (house: TestHouse) =>
  query<{ device: Record<string, unknown>; alarms: unknown[] }>(house, 'devices/show', { device: DEVICE })
const shown = (house: TestHouse) => asked(house).device

describe('two machines with one identity', () => {
  it('are named to both of them and to the house, with the remedy', () => {
    const house = withDevice()
    arrive(house, { ...A, connects: 17 })
    arrive(house, { ...B, connects: 17 })
    expect(events(house)).toEqual([])
    arrive(house, { ...A, connects: 18 })
    const words = {
      code: 'identity_shared',
      reason: expect.stringMatching(/192\.168\.1\.5 \(boot aaaa, .*192\.168\.1\.9 \(boot bbbb,/),
      hint: expect.stringContaining('lares edge join <token> --again'),
    }
    expect(house.published('/rejected')).toEqual([expect.objectContaining(words)])
    const problem = { code: 'identity_shared', message: expect.stringContaining('192.168.1.9') }
    expect(house.effects).toContainEqual({ kind: 'problem', name: `identity_shared:${DEVICE}`, problem })
    arrive(house, { ...B, connects: 18 })
    expect(house.published('/rejected')).toEqual([expect.objectContaining({ code: 'identity_shared' })])
    expect(events(house)).toHaveLength(1)
    expect(shown(house)).toMatchObject({
      status: 'error',
      status_reason: 'identity_shared',
      last_error: expect.stringContaining('192.168.1.9'),
    })
    house.send([`lares/${DEVICE}/heartbeat`, heartbeat.sample])
    expect(shown(house)).toMatchObject({ status_reason: 'identity_shared' })
    expect(asked(house).alarms).toMatchObject([{ type: 'identity_shared', part: null }])
  })

  it('are known on one machine too, where the count of connects does not go on', () => {
    const house = withDevice()
    for (const connects of [20, 18, 21, 19]) arrive(house, { ...A, connects })
    expect(events(house)).toHaveLength(1)
  })

  it('take no sensor from each other', () => {
    const house = withDevice()
    arrive(house, { ...A, connects: 17, sensors: ['hall'] })
    for (const connects of [18, 19]) {
      arrive(house, { ...B, connects, sensors: ['attic'] })
      arrive(house, { ...A, connects, sensors: ['hall'] })
    }
    expect(house.all('SELECT 1 FROM device_entities WHERE is_enabled = 1')).toHaveLength(2)
  })

  it('are one again half an hour after the last sign of two', () => {
    const house = withDevice()
    for (const connects of [17, 18]) for (const machine of [A, B]) arrive(house, { ...machine, connects })
    house.tick(1_801_000)
    house.send([`lares/${DEVICE}/heartbeat`, heartbeat.sample])
    house.tick(1_000)
    expect(shown(house)).toMatchObject({ status: 'online', last_error: expect.stringContaining('two machines') })
    expect(asked(house).alarms).toEqual([])
  })

  it('are one as soon as the other takes an identity of its own, and its device is told', () => {
    const house = withDevice()
    for (const connects of [17, 18]) for (const machine of [A, B]) arrive(house, { ...machine, connects })
    expect(asked(house).alarms).toHaveLength(1)
    const code = invited(house)
    const request = { code, secret: 's'.repeat(43), hardware: null, agent: '0.1.0', leaves: DEVICE }
    house.send({ kind: 'join', client: 'join.abc', session: 's', payload: Buffer.from(JSON.stringify(request)) })
    expect(house.published('/response')).toMatchObject([{ ok: true }])
    expect(house.published(`${DEVICE}/status`).at(-1)).toEqual(
      expect.not.objectContaining({ alarms: expect.anything() }),
    )
    expect(asked(house)).toMatchObject({ device: { status: 'online', status_reason: 'connected' }, alarms: [] })
    arrive(house, { ...A, connects: 19 })
    expect(asked(house).alarms).toEqual([])
    for (const connects of [19, 20]) for (const machine of [B, A]) arrive(house, { ...machine, connects })
    expect(asked(house).alarms).toHaveLength(1)
    expect(events(house)).toHaveLength(2)
  })

  it('are not known to a hub that starts anew, until they have come again', () => {
    const house = withDevice()
    for (const connects of [17, 18]) for (const machine of [A, B]) arrive(house, { ...machine, connects })
    house.restart()
    expect(asked(house).alarms).toEqual([])
    expect(house.effects.filter(({ kind }) => kind === 'problem')).toEqual([])
  })
})

describe('one machine', () => {
  it('is none of two when it boots, connects again, says what it has, or was restored from a backup', () => {
    const house = withDevice()
    arrive(house, { ...A, connects: 17 })
    introduce(house, { ...A, connects: 17 })
    introduce(house, { ...A, connects: 17 })
    arrive(house, { ...A, connects: 18 })
    arrive(house, { ...A, boot: 'cccc', connects: 19 })
    arrive(house, { ...A, boot: 'cccc', connects: 12 })
    arrive(house, { ...B, boot: 'dddd', connects: 13 })
    expect(events(house)).toEqual([])
    expect(shown(house)).toMatchObject({ status: 'online', last_error: null })
  })
})
