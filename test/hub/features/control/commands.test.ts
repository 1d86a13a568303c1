import { beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../../shared/limits.ts'
import { ask, commandInput, data, LOCAL, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { comes, leaves } from './meeting.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
})

const identify = { device: 'kitchen-pi', command: 'identify', params: 'seconds=5' }
const give = (params: Record<string, unknown> = identify, more = {}) => {
  house.send(commandInput('devices/command', params, more))
  return house.published('/admin/response/local.test/devices/command')
}
const told = () => house.published('kitchen-pi/command')
const result = (id: unknown, more: Record<string, unknown> = { ok: true }) =>
  house.send(['lares/kitchen-pi/result', { id, ...more }])
const answers = () => house.published('/admin/response/local.test/devices/command')
const listed = (params = {}) =>
  query<{ commands: Record<string, unknown>[] }>(house, 'devices/commands', params).commands

describe('a command to a device that can be reached', () => {
  it('is published at once, and answered with what the device answered', () => {
    comes(house, 'kitchen-pi')
    expect(give(identify, { id: 'r1' })).toEqual([])
    const [command] = told()
    expect(command).toMatchObject({ name: 'identify', params: { seconds: 5 }, expires_in_ms: COMMANDS.othersMs })
    expect(listed()).toMatchObject([{ state: 'executing', params: 'seconds=5' }])
    result(command?.id, { ok: true, value: { seconds: 5 } })
    expect(answers()).toMatchObject([
      {
        id: 'r1',
        status: 'ok',
        data: { state: 'completed', says: 'kitchen-pi: identify is done', value: { seconds: 5 } },
      },
    ])
    expect(listed()).toMatchObject([{ state: 'completed', completed_at: house.now }])
    expect(house.all('SELECT 1 FROM commands_underway')).toEqual([])
  })

  it('is answered the same again when the request is repeated, and is not given twice', () => {
    comes(house, 'kitchen-pi')
    give(identify, { id: 'r1' })
    const [command] = told()
    expect(give(identify, { id: 'r1' })).toMatchObject([{ status: 'pending', data: { state: 'pending' } }])
    expect(told()).toEqual([])
    result(command?.id)
    expect(give(identify, { id: 'r1' })).toMatchObject([{ status: 'ok', data: { state: 'completed' } }])
    expect(listed()).toHaveLength(1)
  })

  it('is an error that says what the device said when the device refuses', () => {
    comes(house, 'kitchen-pi')
    give({ ...identify, command: 'fly', params: {} }, { id: 'r1' })
    result(told()[0]?.id, { ok: false, error: { code: 'unknown_command', message: 'it knows ping' } })
    expect(answers()).toMatchObject([
      {
        status: 'error',
        error: {
          code: 'device_refused',
          message: 'kitchen-pi did not do fly: it knows ping',
          hint: expect.stringContaining('lares devices show kitchen-pi'),
        },
      },
    ])
    expect(listed()).toMatchObject([{ state: 'failed' }])
  })

  it('is answered with what is known when the request is over before, and its outcome is kept', () => {
    comes(house, 'kitchen-pi')
    give(identify, { id: 'r1', deadline: house.now + 30_000 })
    const [command] = told()
    house.tick(27_000)
    expect(answers()).toEqual([])
    house.tick(1_000)
    expect(answers()).toMatchObject([{ id: 'r1', status: 'pending', data: { state: 'executing' } }])
    result(command?.id)
    expect(answers()).toEqual([])
    expect(listed()).toMatchObject([{ state: 'completed' }])
  })

  it('may have run when no answer comes; an answer that comes later is the truth', () => {
    comes(house, 'kitchen-pi')
    give({ ...identify, within: 2 }, { id: 'r1' })
    const [command] = told()
    house.tick(2_000 + COMMANDS.graceMs - 1)
    expect(answers()).toEqual([])
    house.tick(1)
    expect(answers()).toMatchObject([
      { error: { code: 'outcome_unknown', message: 'kitchen-pi did not answer: identify may have run' } },
    ])
    expect(listed()).toMatchObject([{ state: 'failed', says: expect.stringContaining('may have run') }])
    result(command?.id)
    expect(listed()).toMatchObject([{ state: 'completed' }])
    result(command?.id, { ok: false, error: { code: 'internal', message: 'again' } })
    expect(listed()).toMatchObject([{ state: 'completed' }])
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'command_result'")).toHaveLength(1)
  })

  it('of one device is told in the order in which it was given', () => {
    comes(house, 'kitchen-pi')
    house.send(...[1, 2, 3].map((n) => commandInput('devices/command', { ...identify, params: { n } })))
    expect(told().map(({ params }) => params)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })
})

describe('a command to a device that is away', () => {
  it('is answered at once, held, and told in order when the device has introduced itself', () => {
    expect(give({ ...identify, params: 'n=1' })).toMatchObject([
      { status: 'pending', data: { state: 'pending', says: expect.stringContaining('comes back within 1 min') } },
    ])
    give({ ...identify, params: 'n=2' })
    expect(told()).toEqual([])
    house.tick(20_000)
    house.send({ kind: 'presence', device: 'kitchen-pi', online: true, reason: 'connected' })
    // It has not subscribed yet.
    expect(told()).toEqual([])
    comes(house, 'kitchen-pi')
    expect(told()).toMatchObject([
      { params: { n: 1 }, expires_in_ms: 40_000 },
      { params: { n: 2 }, expires_in_ms: 40_000 },
    ])
    result(told()[0]?.id)
    expect(listed({ state: 'completed' })).toMatchObject([{ params: 'n=1' }])
  })

  it('is told nobody when its time is over, and says that it was not run', () => {
    give()
    house.tick(COMMANDS.othersMs - 1)
    expect(listed()).toMatchObject([{ state: 'pending' }])
    house.tick(1)
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
    expect(listed()).toMatchObject([
      { state: 'failed', says: 'kitchen-pi was not there in time: identify was not run' },
    ])
  })

  it('is not told in the second in which its time went by', () => {
    give()
    house.now += COMMANDS.othersMs
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
  })

  it('is told again, with the same id, after a connection that may have lost it', () => {
    comes(house, 'kitchen-pi')
    give()
    const [first] = told()
    leaves(house, 'kitchen-pi')
    house.tick(5_000)
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([{ ...first, expires_in_ms: 55_000 }])
  })

  it('waits ten seconds when it switches something, and as long as it says otherwise', () => {
    const lamp = { device: 'kitchen-pi', output: 'lamp', state: 'on' }
    ask(house, commandInput('devices/switch', lamp))
    ask(house, commandInput('devices/switch', { ...lamp, state: 'off', within: '1h' }))
    house.tick(10_000)
    comes(house, 'kitchen-pi')
    expect(told()).toMatchObject([{ params: { output: 'lamp', state: 'off' }, expires_in_ms: 3_590_000 }])
  })

  it('is one of a hundred at most', () => {
    for (let n = 0; n < COMMANDS.perDevice; n += 1) give()
    expect(give()).toMatchObject([{ error: { code: 'busy', hint: expect.stringContaining('kitchen-pi') } }])
    house.tick(COMMANDS.othersMs)
    expect(give()).toMatchObject([{ status: 'pending' }])
  })

  it('is over when the device is shut out, and a device that was is told nothing', () => {
    give()
    ask(house, commandInput('devices/revoke', { device: 'kitchen-pi' }))
    house.tick(1_000)
    expect(listed()).toMatchObject([{ state: 'failed', says: expect.stringContaining('it was shut out') }])
    expect(give()).toMatchObject([{ error: { code: 'not_found' } }])
  })
})

describe('a device without an agent', () => {
  it('is told again until it answers, because it may not have subscribed yet, and in order', () => {
    house.device('esp', 'mqtt')
    const said = () => house.published('esp/command').map(({ params }) => params)
    house.send({ kind: 'presence', device: 'esp', online: true, reason: 'connected' })
    for (const n of [1, 2])
      house.send(commandInput('devices/command', { device: 'esp', command: 'blink', params: { n } }))
    house.tick(1_999)
    expect(said()).toEqual([])
    house.tick(1)
    expect(said()).toEqual([{ n: 1 }, { n: 2 }])
    house.tick(1_000)
    expect(said()).toEqual([])
    house.tick(1_000)
    expect(said()).toEqual([{ n: 1 }, { n: 2 }])
  })
})

describe('who asks', () => {
  it('sees only devices and commands of their houses', () => {
    give()
    const stranger = { ...LOCAL, principal: 'u', user: 'u', rights: { elsewhere: [{ right: 'configure' }] } } as const
    const asked = commandInput('devices/command', identify, { caller: stranger })
    expect(ask(house, asked)).toMatchObject({ error: { code: 'not_found' } })
    expect(query(house, 'devices/commands', {}, stranger)).toEqual({ commands: [] })
  })

  it('is written down with what they wanted', () => {
    give()
    const [row] = house.all<{ event_data: string }>(
      "SELECT event_data FROM events WHERE event_type = 'device_commanded'",
    )
    expect(JSON.parse(row?.event_data ?? '')).toMatchObject({
      command: 'identify',
      parameters: { seconds: 5 },
      by: 'local',
    })
  })

  it.each([
    ['on', { state: 'on' }],
    ['Yes', { state: 'on' }],
    [false, { state: 'off' }],
    ['toggle', { state: 'toggle' }],
    ['40%', { percent: 40 }],
    [40, { percent: 40 }],
  ])('may write the level %j as they like', (state, level) => {
    comes(house, 'kitchen-pi')
    house.send(commandInput('devices/switch', { device: 'Kitchen-Pi', output: 'lamp', state, for: '10min' }))
    expect(told()).toMatchObject([{ params: { output: 'lamp', ...level, for_s: 600 } }])
  })

  it.each([
    ['devices/switch', { device: 'kitchen-pi', output: 'lamp', state: 'bright' }, 'state: bright'],
    ['devices/switch', { device: 'kitchen-pi', output: 'lamp', state: 'on', for: 'long' }, 'for: long'],
    ['devices/command', { ...identify, within: '8d' }, 'within: 8d is no span between 1s and 7d'],
    ['devices/command', { ...identify, params: 'seconds' }, 'params: seconds'],
    ['devices/command', { ...identify, command: '../../bin/sh' }, 'is no name of a command'],
  ] as const)('%s hears what is wrong with %j', (verb, params, message) => {
    expect(ask(house, commandInput(verb, params))).toMatchObject({
      error: { code: 'bad_params', message: expect.stringContaining(message) },
    })
    expect(house.all('SELECT 1 FROM control_actions')).toEqual([])
  })
})

it('data of an answer that is pending is as the command says', () => {
  expect(data(ask(house, commandInput('devices/restart', { device: 'kitchen-pi' })))).toMatchObject({
    state: 'pending',
  })
})
