import { describe, expect, it } from 'vitest'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import {
  accepted,
  deviceOf,
  entityOf,
  eventsOf,
  lampOf,
  makersHouse,
  reach,
  START,
  saying,
  source,
  states,
  statusOf,
  Z2M,
} from './makers-house.ts'

const LIGHT = 'light/0x1_state'
const WARM = 'sensor/0x1_temperature'

function lamp(): { house: TestHouse; device: string } {
  const house = makersHouse(lampOf())
  return { house, device: accepted(house) }
}

const shown = (house: TestHouse, key = 'light_0x1') => house.published(`/state/${key}`)
const readings = (house: TestHouse) => house.all('SELECT sensor, value FROM sensor_readings ORDER BY id')
const writes = (house: TestHouse, device: string) =>
  house.all<{ n: number }>(
    "SELECT count(*) AS n FROM events WHERE device_id = ? AND event_type LIKE 'device_%connect'",
    device,
  )[0]?.n

describe('states of an accepted device', () => {
  it('are shown and kept: words as changes, numbers as readings', () => {
    const { house } = lamp()
    house.send(
      states(
        { uniqueId: LIGHT, state: true, attributes: { brightness: 102 } },
        { uniqueId: WARM, state: 21.5, at: START - 1_000 },
      ),
    )
    expect(shown(house)).toMatchObject([{ value: true, attributes: { brightness: 102 }, at: START }])
    expect(readings(house)).toEqual([{ sensor: 'sensor_0x1_temperature', value: 21.5 }])
    expect(eventsOf(house, 'state_changed')).toHaveLength(1)
  })

  it('that were heard one after the other are of moments of their own, and none is before what it follows', () => {
    const { house } = lamp()
    const heard = (value: number, ago: number) => ({ uniqueId: WARM, state: value, heard: house.now - ago })
    house.send(states(heard(20, 30), heard(21, 20), heard(20, 20)))
    house.now += 2_000
    // The batch waited for the engine, and looks older than what was stored.
    house.send(states(heard(23, 5_000)))
    const times = house.all('SELECT value, reading_time FROM sensor_readings ORDER BY id')
    const at = [-30, -20, -19, -18].map((ms) => START + ms)
    expect(times).toEqual([20, 21, 20, 23].map((value, n) => ({ value, reading_time: at[n] })))
    expect(shown(house, 'sensor_0x1_temperature')).toMatchObject([{ value: 23 }])
  })

  it('that were heard before the clock went back are followed by what comes then', () => {
    const { house } = lamp()
    house.send(states({ uniqueId: WARM, state: 20, at: START }))
    house.now -= 3_600_000
    house.send(states({ uniqueId: WARM, state: 21, heard: house.now - 10 }))
    expect(shown(house, 'sensor_0x1_temperature')).toMatchObject([{ value: 21 }])
  })

  it('with attributes alone keep what is known', () => {
    const { house } = lamp()
    house.send(states({ uniqueId: LIGHT, state: true }))
    house.now += 2_000
    house.send(states({ uniqueId: LIGHT, attributes: { brightness: 10 } }))
    expect(shown(house)).toMatchObject([{ value: true, attributes: { brightness: 10 } }])
  })

  it('that cannot be taken are dropped alone, and so are those that nobody asked for', () => {
    const { house } = lamp()
    house.send(saying([lampOf(), lampOf('0x2', { name: 'Waits' })]))
    const verdicts = house.send(
      states(
        { uniqueId: LIGHT, state: Number.NaN },
        { uniqueId: LIGHT, state: { a: 1 } as never },
        { uniqueId: 'light/0x2_state', state: true },
        { uniqueId: '__proto__', state: true },
        { uniqueId: WARM, state: 20, attributes: { x: 'y'.repeat(20_000) } },
      ),
    )
    expect([verdicts, readings(house)]).toEqual([['stored'], [{ sensor: 'sensor_0x1_temperature', value: 20 }]])
    expect(eventsOf(house, 'state_changed')).toEqual([])
    house.tick(120_000)
    expect(house.all('SELECT dropped FROM maker_sources')).toEqual([{ dropped: 4 }])
    house.tick(120_000)
    expect(house.all('SELECT dropped FROM maker_sources')).toEqual([{ dropped: 4 }])
  })

  it('of a device that left, or of an entity that a person took out, are dropped', () => {
    const { house } = lamp()
    house.send(saying([deviceOf('0x2')]))
    house.send(states({ uniqueId: LIGHT, state: true }))
    expect(eventsOf(house, 'state_changed')).toEqual([])
  })

  it('of ten thousand characters, with HTML and NUL, are one line that fits', () => {
    const { house } = lamp()
    house.send(states({ uniqueId: LIGHT, state: `<b>\0\u202e${'x'.repeat(10_000)}` }))
    const [{ value } = { value: '' }] = shown(house) as { value: string }[]
    expect([value.startsWith('<b> x'), value.length]).toEqual([true, 255])
  })

  it('are still there after a restart', () => {
    const { house } = lamp()
    house.send(states({ uniqueId: LIGHT, state: true }))
    house.tick(120_000)
    house.restart()
    expect(shown(house)).toMatchObject([{ value: true }])
  })
})

describe('what happens at a device', () => {
  const BUTTON = 'event/0x1_action'
  function button(): { house: TestHouse; device: string } {
    const entities = [entityOf('0x1', 'event', { uniqueId: BUTTON, entityId: 'event.button', name: 'Action' })]
    const house = makersHouse(lampOf('0x1', { entities }))
    return { house, device: accepted(house) }
  }

  it('is an event each time, told to who listens, and no state that is found later', () => {
    const { house, device } = button()
    const press = states({ uniqueId: BUTTON, state: 'single', isEvent: true, attributes: { side: 2 } })
    house.send(press)
    expect(house.published(`${device}/event`)).toEqual([
      {
        ...{ type: 'entity_event', severity: 'info', at: START, age_ms: 0, description: 'Action: single' },
        ...{ sensor: 'event_button', new_state: 'single', data: { side: 2 } },
      },
    ])
    house.send(press, press)
    expect(eventsOf(house, 'entity_event')).toHaveLength(3)
    expect(shown(house, 'event_button')).toEqual([])
    expect(
      house.all("SELECT new_state, description, entity_id FROM events WHERE event_type = 'entity_event' LIMIT 1"),
    ).toMatchObject([{ new_state: 'single', description: 'Action: single' }])
  })

  it('long ago is kept, and presses nothing again', () => {
    const { house, device } = button()
    house.send(states({ uniqueId: BUTTON, state: 'single', isEvent: true, at: START - 3_600_000 }))
    expect(house.published(`${device}/event`)).toEqual([])
    expect(eventsOf(house, 'entity_event')).toHaveLength(1)
  })
})

describe('whether a device can be reached', () => {
  it('is what its source says, and a state alone says it where that says nothing', () => {
    const { house, device } = lamp()
    expect(statusOf(house, device)).toBe('offline never_connected')
    house.send(states({ uniqueId: LIGHT, state: true }))
    expect(statusOf(house, device)).toBe('online reachable')
    house.now += 2_000
    house.send(reach('zigbee2mqtt_0x1', false), states({ uniqueId: LIGHT, state: false }))
    expect(statusOf(house, device)).toBe('offline unreachable')
    expect(eventsOf(house, 'device_connect', 'device_disconnect')).toEqual(['device_connect', 'device_disconnect'])
  })

  it('that was said while it waited holds when it is accepted', () => {
    const house = makersHouse(lampOf())
    house.send(reach('ieee:0x1', true), reach('ieee:nobody', true))
    expect(statusOf(house, accepted(house))).toBe('online reachable')
  })

  it('is shown once a second for one that flaps, and as it was last', () => {
    const { house, device } = lamp()
    for (let at = 0; at < 300; at++) {
      house.now += 10
      house.send(reach('zigbee2mqtt_0x1', at % 2 === 0))
    }
    expect(writes(house, device)).toBeLessThanOrEqual(4)
    house.tick(1_000)
    expect(statusOf(house, device)).toBe('offline unreachable')
    house.now += 5_000
    house.send(reach('zigbee2mqtt_0x1', true), reach('zigbee2mqtt_0x1', false))
    expect(statusOf(house, device)).toBe('online reachable')
    house.tick(1_000)
    expect(statusOf(house, device)).toBe('offline unreachable')
  })
})

describe('a source that goes', () => {
  it('takes its hundred devices with it in one event, and brings back those that can be reached', () => {
    const devices = Array.from({ length: 100 }, (_, n) => deviceOf(`0x${n}`, { name: `D${n}` }))
    const house = makersHouse(...devices)
    const ids = devices.map(({ name }) => accepted(house, name ?? ''))
    house.send(...devices.map(({ identity }, n) => reach(identity, n !== 7)))
    house.now += 5_000
    const before = eventsOf(house).length
    house.send(source(false, 'nobody answers'))
    house.send(source(false, 'nobody answers'))
    expect(new Set(ids.map((device) => statusOf(house, device)))).toEqual(new Set(['offline source_away']))
    expect(eventsOf(house).slice(before)).toEqual(['maker_source_away'])
    expect(house.all('SELECT description FROM events ORDER BY id DESC LIMIT 1')).toEqual([
      { description: 'zigbee2mqtt cannot be reached: nobody answers.' },
    ])
    house.now += 5_000
    house.send(source(true))
    expect(eventsOf(house).slice(before)).toEqual(['maker_source_away', 'maker_source_back'])
    expect([statusOf(house, ids[3] ?? ''), statusOf(house, ids[7] ?? '')]).toEqual([
      'online reachable',
      'offline unreachable',
    ])
  })

  it('holds what is said of its devices meanwhile', () => {
    const { house, device } = lamp()
    house.send(source(false, 'away'), reach('zigbee2mqtt_0x1', true))
    expect(statusOf(house, device)).toBe('offline source_away')
    house.send(source(true))
    expect(statusOf(house, device)).toBe('online reachable')
  })

  it('and whose hub is killed meanwhile has its devices where they were', () => {
    const { house, device } = lamp()
    house.send(reach('zigbee2mqtt_0x1', true), source(false, 'away'))
    house.restart()
    expect(statusOf(house, device)).toBe('offline source_away')
    house.send(source(true), reach('zigbee2mqtt_0x1', true))
    expect(statusOf(house, device)).toBe('online reachable')
  })

  it('and publishes what nobody understands has that shown while it is there, and why it is away when it is not', () => {
    const { house } = lamp()
    const reason = () => house.all<{ reason: string | null }>('SELECT reason FROM maker_sources')[0]?.reason
    const trouble = (words: string | null) => house.send({ kind: 'maker_trouble', source: Z2M, reason: words })
    house.send(source(true))
    trouble('the list of devices is no JSON list')
    expect(reason()).toBe('the list of devices is no JSON list')
    trouble(null)
    expect(reason()).toBeNull()
    house.send(source(false, 'nobody answers'))
    trouble('the list of devices is no JSON list')
    expect(reason()).toBe('nobody answers')
    expect(eventsOf(house, 'maker_source_away')).toHaveLength(1)
  })

  it('that nobody knows changes nothing', () => {
    const { house, device } = lamp()
    expect(
      house.send(source(false, 'x', 'unknown'), { ...states({ uniqueId: LIGHT, state: 1 }), source: 'unknown' }),
    ).toEqual(['stored', 'stored'])
    expect([statusOf(house, device), Z2M]).toEqual(['offline never_connected', Z2M])
  })
})
