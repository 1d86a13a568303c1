import { beforeEach, describe, expect, it } from 'vitest'
import { commandInput } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { comes, leaves } from './meeting.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
  comes(house, 'kitchen-pi')
})

const SAID = '{"level":40,"time":1,"msg":"the canary sang"}'
const read = (params: object = {}, id = 'r1') =>
  house.send(commandInput('devices/log', { device: 'kitchen-pi', ...params }, { id }))
const told = () => house.published('kitchen-pi/command')
const answers = () => house.published('/admin/response/local.test/devices/log')
const result = (id: unknown, more: object) => house.send(['lares/kitchen-pi/result', { id, ...more }])

describe('the log of a device', () => {
  it('is asked of it, and handed to whoever asked', () => {
    read({ level: 'warn', lines: 20 })
    const [asked] = told()
    expect(asked).toMatchObject({ name: 'log', params: { level: 'warn', lines: 20 } })
    expect(answers()).toEqual([])
    result(asked?.id, { ok: true, value: { lines: [SAID] } })
    expect(answers()).toMatchObject([{ id: 'r1', status: 'ok', data: { state: 'read', lines: [SAID] } }])
  })

  it.each(['devices/log', 'devices/command'] as const)('that %s asked for stands nowhere in the database', (name) => {
    const more = name === 'devices/command' ? { command: 'log' } : {}
    house.send(commandInput(name, { device: 'kitchen-pi', ...more }, { id: 'r1' }))
    result(told()[0]?.id, { ok: true, value: { lines: [SAID] } })
    expect(house.published(`/admin/response/local.test/${name}`)).toMatchObject([{ status: 'ok' }])
    const tables = house.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%'")
    for (const { name: table } of tables as { name: string }[])
      expect(JSON.stringify(house.all(`SELECT * FROM "${table}"`)), table).not.toContain('canary')
  })

  it('cannot be read while the device is away, and nothing waits for it to come back', () => {
    leaves(house, 'kitchen-pi')
    read()
    expect(answers()).toMatchObject([{ status: 'ok', data: { state: 'away', lines: [] } }])
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
  })

  it('is not asked of a device that runs no agent', () => {
    house.device('garden-esp', 'mqtt')
    read({ device: 'garden-esp' })
    expect(answers()).toMatchObject([{ status: 'error', error: { code: 'bad_params' } }])
    expect(house.published('garden-esp/command')).toEqual([])
  })

  it('is no list of what it pleases', () => {
    read()
    result(told()[0]?.id, { ok: true, value: { lines: [{ evil: 1 }] } })
    expect(answers()).toMatchObject([{ status: 'ok', data: { state: 'read', lines: [] } }])
  })

  it('that an older agent does not know is answered with how it comes to know it', () => {
    read()
    result(told()[0]?.id, { ok: false, error: { code: 'unknown_command', message: 'it knows ping' } })
    expect(answers()).toMatchObject([
      {
        status: 'error',
        error: { code: 'device_refused', message: 'the agent of kitchen-pi is too old to say its log' },
      },
    ])
  })

  it('is in the audit as asked for', () => {
    read()
    expect(house.all("SELECT description FROM events WHERE event_type = 'device_commanded'")).toMatchObject([
      { description: expect.stringContaining('wanted log of kitchen-pi') },
    ])
  })
})
