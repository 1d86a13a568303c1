import { beforeEach, describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../../engine/engine-in-memory.ts'
import { comes } from './meeting.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
  house.send(['lares/kitchen-pi/readings', reading(1, 20)])
})

const configure = (wishes: Record<string, unknown>) =>
  data<{ version: number; settings: unknown[] }>(
    ask(house, commandInput('devices/configure', { device: 'kitchen-pi', ...wishes })),
  )
const wrong = (wishes: Record<string, unknown>) =>
  ask(house, commandInput('devices/configure', { device: 'kitchen-pi', ...wishes })).error
const told = () => house.published('kitchen-pi/desired')
const shown = () =>
  query<{ settings: unknown[]; persona: string | null }>(house, 'devices/show', { device: 'kitchen-pi' })
const report = (version: number, settings: unknown, refused: unknown[] = []) =>
  house.send(['lares/kitchen-pi/reported', { version, settings, refused }])

describe('what a device is to have', () => {
  it('is told it when it introduces itself first, and not again while it is the same', () => {
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([{ version: 1, name: 'kitchen-pi', settings: {}, persona: null }])
    comes(house, 'kitchen-pi')
    expect(told()).toEqual([])
  })

  it('is retained, counted up with each change, and there again after a restart', () => {
    configure({ heartbeat_s: 60 })
    expect(house.effects).toContainEqual(
      expect.objectContaining({ topic: 'lares/kitchen-pi/desired', retain: true, qos: 1 }),
    )
    expect(told()).toMatchObject([{ version: 1, settings: { heartbeat_s: 60 } }])
    configure({ heartbeat_s: 60 })
    expect(told()).toEqual([])
    configure({ sensor: 'cpu_temperature', interval_s: 300 })
    configure({ sensor: 'cpu_temperature', deadband: 0.5 })
    const all = { heartbeat_s: 60, sensors: { cpu_temperature: { interval_s: 300, deadband: 0.5 } } }
    expect(told()).toMatchObject([{ version: 3, settings: all }])
    house.restart()
    expect(told()).toMatchObject([{ version: 3, settings: all }])
    configure({ reset: 'sensors' })
    expect(told()).toMatchObject([{ version: 4, settings: { heartbeat_s: 60 } }])
    configure({ reset: 'all' })
    expect(told()).toMatchObject([{ version: 5, settings: {} }])
  })

  it('follows its name and its persona, whoever changes them', () => {
    comes(house, 'kitchen-pi')
    configure({ persona: 'companion' })
    expect(told()).toMatchObject([{ version: 2, persona: 'companion', persona_version: expect.stringMatching(/^\d/) }])
    ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name: 'Kitchen' }))
    house.tick(1_000)
    expect(told()).toMatchObject([{ version: 3, name: 'Kitchen' }])
    // As central does, from outside.
    house.db.exec("UPDATE personas SET current_version = '2.0.0'")
    house.send({ kind: 'presence', device: 'kitchen-pi', online: false, reason: 'lost' })
    ask(house, commandInput('houses/update', { name: 'Cottage' }))
    house.tick(1_000)
    expect(told()).toMatchObject([{ version: 4, persona_version: '2.0.0' }])
    expect(shown()).toMatchObject({ persona: 'companion' })
  })

  it('goes with a device that is shut out', () => {
    configure({ heartbeat_s: 60 })
    ask(house, commandInput('devices/revoke', { device: 'kitchen-pi' }))
    expect(house.effects).toContainEqual(expect.objectContaining({ topic: 'lares/kitchen-pi/desired', payload: '' }))
    house.restart()
    expect(told()).toEqual([])
    expect(wrong({ heartbeat_s: 30 })).toMatchObject({ code: 'not_found' })
  })

  it('is shown beside what the device says of it', () => {
    configure({ heartbeat_s: 60, talk_trigger: 'button' })
    expect(shown().settings).toEqual([
      { setting: 'heartbeat_s', wanted: '60', says: 'not taken yet' },
      { setting: 'talk_trigger', wanted: 'button', says: 'not taken yet' },
    ])
    report(1, { heartbeat_s: 60 }, [{ key: 'talk_trigger', reason: 'this device has no microphone' }])
    expect(shown().settings).toEqual([
      { setting: 'heartbeat_s', wanted: '60', says: 'taken' },
      { setting: 'talk_trigger', wanted: 'button', says: 'refused: this device has no microphone' },
    ])
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'settings_refused'")).toHaveLength(1)
    configure({ talk_trigger: 'both' })
    expect(shown().settings).toContainEqual({ setting: 'talk_trigger', wanted: 'both', says: 'not taken yet' })
  })

  it('says the same again without writing anything', () => {
    configure({ heartbeat_s: 60 })
    report(1, { heartbeat_s: 60 })
    const at = house.all('SELECT reported_at FROM device_settings')
    house.now += 60_000
    report(1, { heartbeat_s: 60 })
    expect(house.all('SELECT reported_at FROM device_settings')).toEqual(at)
  })
})

describe('what can be set', () => {
  it.each([
    [{}, 'nothing is to be set'],
    [{ heartbeat_s: 1 }, 'heartbeat_s'],
    [{ interval_s: 5 }, 'sensor: is missing'],
    [{ sensor: 'cpu_temperature' }, 'nothing is set'],
    [{ reset: 'name' }, 'reset'],
    [{ command: '/bin/sh' }, 'command'],
    [{ settings: { recorder: '/bin/sh' } }, 'settings'],
  ])('is none of %j', (wishes, message) => {
    expect(wrong(wishes)).toMatchObject({ code: 'bad_params', message: expect.stringContaining(message) })
    expect(house.all('SELECT 1 FROM device_settings')).toEqual([])
  })

  it('are sensors and personas that there are', () => {
    expect(wrong({ sensor: 'cpu_temprature', interval_s: 5 })).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('Did you mean cpu_temperature?'),
    })
    expect(wrong({ persona: 'compnion' })).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('Did you mean companion?'),
    })
  })
})
