import { describe, expect, it } from 'vitest'
import { decode } from '../../../../shared/codec.ts'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { houseWithBridge, light, observed, thermometer } from '../devices/house-with-bridge.ts'

/** Everything that the last batch retained on topics of states, by what stands behind `state/`. */
function shown(house: TestHouse): Record<string, unknown> {
  const states = house.effects.flatMap((effect) =>
    effect.kind === 'publish' && effect.topic.includes('/state/')
      ? [[effect.topic.split('/').at(-1) ?? '', effect.payload === '' ? null : read(effect.payload)] as const]
      : [],
  )
  return Object.fromEntries(states)
}

/** As whoever reads the topic does. */
function read(payload: string): unknown {
  const decoded = decode('state', Buffer.from(payload))
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value
}

const changes = (house: TestHouse) =>
  house.all("SELECT old_state, new_state, state_attributes FROM events WHERE event_type = 'state_changed' ORDER BY id")

const readings = (house: TestHouse) =>
  house.all('SELECT sensor, sensor_type, unit, value, quality, reading_time FROM sensor_readings ORDER BY id')

const stored = (house: TestHouse) => house.all('SELECT state, attributes FROM device_entities')

const PLAIN = { unit: '', at: START, quality: 1, time_quality: 'good' }

describe('a state that is a word', () => {
  it('is shown with its attributes, and each change is an event', () => {
    const { house, device } = houseWithBridge()
    const lamp = light(device)
    house.send(observed(lamp, 'on', { attributes: { brightness: 254, color: { x: 0.3 } } }))
    expect(shown(house)).toEqual({
      light_living_room: { ...PLAIN, value: 'on', attributes: { brightness: 254, color: { x: 0.3 } } },
    })
    house.now += 2_000
    house.send(observed(lamp, 'on', { at: house.now, attributes: { brightness: 10 } }))
    expect(shown(house)).toMatchObject({ light_living_room: { attributes: { brightness: 10 } } })
    house.now += 2_000
    house.send(observed(lamp, 'off', { at: house.now }))
    expect(changes(house)).toEqual([
      { old_state: null, new_state: 'on', state_attributes: '{"brightness":254,"color":{"x":0.3}}' },
      { old_state: 'on', new_state: 'off', state_attributes: '{}' },
    ])
    expect(readings(house)).toEqual([])
  })

  it.each([
    [true, 'on'],
    [false, 'off'],
    [7, '7'],
    ['läuft 🎵', 'läuft 🎵'],
    [null, 'unknown'],
  ])('or %s of something that measures nothing is one all the same', (state, words) => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), state))
    expect(shown(house)).toEqual({ light_living_room: { ...PLAIN, value: state } })
    expect(changes(house)).toMatchObject([{ new_state: words }])
    house.tick(VOLATILE_FLUSH_MS)
    expect(stored(house)).toEqual([{ state: words, attributes: '{}' }])
  })

  it('is cut where its column ends, and loses what no store and no terminal takes', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), `a\0\u001b[31mb${'🎵'.repeat(200)}`))
    const { value } = shown(house).light_living_room as { value: string }
    expect(value.startsWith('a b🎵')).toBe(true)
    expect([value.length <= 255, value.isWellFormed()]).toEqual([true, true])
  })

  it('comes late without being a change of what is known by now', () => {
    const { house, device } = houseWithBridge()
    const lamp = light(device)
    house.send(observed(lamp, 'on'), observed(lamp, 'off', { at: START - 5_000 }), observed(lamp, 'on'))
    expect(shown(house)).toMatchObject({ light_living_room: { value: 'on' } })
    expect(changes(house)).toMatchObject([{ new_state: 'on' }, { old_state: null, new_state: 'off' }])
  })
})

describe('a number of something that measures', () => {
  it('is a reading, and the state', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(thermometer(device), 21.5, { attributes: { battery: 80 } }))
    expect(shown(house)).toEqual({
      sensor_attic: { ...PLAIN, value: 21.5, unit: '°C', attributes: { battery: 80 } },
    })
    expect(readings(house)).toEqual([
      { sensor: 'sensor_attic', sensor_type: 'temperature', unit: '°C', value: 21.5, quality: 1, reading_time: START },
    ])
    expect(changes(house)).toEqual([])
  })

  it('that is not possible is kept with quality 0, and true and false are 1 and 0', () => {
    const { house, device } = houseWithBridge()
    const door = thermometer(device, {
      ...{ entityId: 'binary_sensor.door', uniqueId: 'door', type: 'binary_sensor' },
      measures: { kind: 'opening', unit: '' },
    })
    house.send(observed(thermometer(device), -400), observed(door, true))
    expect(readings(house)).toMatchObject([
      { value: -400, quality: 0 },
      { value: 1, quality: 1 },
    ])
    expect(shown(house)).toMatchObject({ sensor_attic: { quality: 0 }, binary_sensor_door: { value: true } })
  })

  it('is refused alone when it is none', () => {
    const { house, device } = houseWithBridge()
    const volume = light(device, { entityId: 'number.volume', uniqueId: 'volume' })
    const [measured, set] = [thermometer(device), volume].map((one) => observed(one, Number.NaN))
    if (!measured || !set) throw new Error('there are two')
    expect(house.send(measured, set, observed(light(device), 'on'))).toEqual(['rejected', 'rejected', 'stored'])
    expect(Object.keys(shown(house))).toEqual(['light_living_room'])
  })

  it('said again of the same moment is the same one', () => {
    const { house, device } = houseWithBridge()
    const again = observed(thermometer(device), 21.5)
    house.send(again, again)
    house.send(again)
    expect(readings(house)).toHaveLength(1)
  })

  it('said again after a newer one, in its batch or later, is the same one', () => {
    const { house, device } = houseWithBridge()
    const attic = thermometer(device)
    const story = [20, 21, 20].map((value) => observed(attic, value, { at: START - (value === 20 ? 2_000 : 1_000) }))
    house.send(...story)
    house.send(...story)
    expect(readings(house)).toMatchObject([{ value: 20 }, { value: 21 }])
    // Another number of that moment is another reading.
    house.send(observed(attic, 20.5, { at: START - 2_000 }))
    expect(readings(house)).toHaveLength(3)
  })

  it('said again after a crash is the same one', () => {
    const { house, device } = houseWithBridge()
    const again = observed(thermometer(device), 21.5)
    house.send(again)
    // What is known now was not written yet.
    house.restart()
    house.send(again)
    expect(readings(house)).toHaveLength(1)
  })

  it('is looked for among the newest readings and in the index, however many wait for it', () => {
    const { house, device } = houseWithBridge()
    const [first, second] = [20, 21].map((value) => observed(thermometer(device), value, { at: START + value }))
    if (!first || !second) throw new Error('there are two')
    house.send(first, second)
    house.db.exec(
      'WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 49999) ' +
        'INSERT INTO readings (series_id, reading_time, received_at, value) SELECT 1000, 1, 1, n FROM n',
    )
    const others = readings(house).length
    house.send(second)
    expect(readings(house)).toHaveLength(others)
    house.send(first)
    expect(readings(house)).toHaveLength(others + 1)
    house.tick(1_000)
    house.send(first, second)
    expect(readings(house)).toHaveLength(others + 1)
  })

  it('belongs to the device that has the thing by now, and stays when the one before is erased', () => {
    const { house, device } = houseWithBridge()
    house.send({ kind: 'test_device', name: 'Other' })
    const [{ id: other } = { id: '' }] = house.all<{ id: string }>("SELECT id FROM devices WHERE name = 'Other'")
    house.send(observed(thermometer(device), 20))
    house.now += 2_000
    house.send(observed(thermometer(other), 25, { at: house.now }))
    expect(house.all('SELECT device_id, value FROM sensor_readings ORDER BY id')).toEqual([
      { device_id: device, value: 20 },
      { device_id: other, value: 25 },
    ])
    house.db.prepare('DELETE FROM devices WHERE id = ?').run(device)
    expect(readings(house)).toMatchObject([{ value: 25 }])
  })

  it('has the time of receipt where its own has not come', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(thermometer(device), 21.5, { at: START + 86_400_000 }))
    expect(readings(house)).toMatchObject([{ reading_time: START }])
    expect(shown(house)).toMatchObject({ sensor_attic: { at: START, time_quality: 'corrected' } })
  })

  it('is followed by an event when nobody knows it any more', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(thermometer(device), 21.5))
    house.now += 2_000
    house.send(observed(thermometer(device), 3, { at: house.now, available: false }))
    expect(shown(house)).toMatchObject({ sensor_attic: { value: null, available: false } })
    expect(changes(house)).toMatchObject([{ old_state: '21.5', new_state: 'unavailable' }])
    expect(readings(house)).toHaveLength(1)
  })
})

describe('attributes', () => {
  it('that are too many are left out and named, and the state is shown', () => {
    const { house, device } = houseWithBridge()
    const inputs = observed(light(device), 'on', { attributes: { picture: 'x'.repeat(20_000) } })
    house.send(inputs)
    expect(shown(house)).toEqual({ light_living_room: { ...PLAIN, value: 'on' } })
  })

  it('as large as they may be fit into the message, in any script', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), '長'.repeat(255), { attributes: { 説明: '長'.repeat(16_000) } }))
    expect(shown(house)).toMatchObject({ light_living_room: { attributes: { 説明: '長'.repeat(16_000) } } })
  })
})

describe('what is known of an entity', () => {
  it('is shown again after a restart as it was, whatever it is', () => {
    const { house, device } = houseWithBridge()
    const all = [
      observed(light(device), 'on', { attributes: { effect: 'none' } }),
      observed(light(device, { entityId: 'switch.fan', uniqueId: 'fan' }), false),
      observed(light(device, { entityId: 'switch.away', uniqueId: 'away' }), null, { available: false }),
      observed(thermometer(device), 21.5),
    ]
    house.send(...all)
    const before = shown(house)
    house.tick(VOLATILE_FLUSH_MS)
    house.restart()
    expect(shown(house)).toEqual(before)
    expect(Object.keys(before)).toHaveLength(4)
    house.send(...all)
    expect([shown(house), changes(house).length, readings(house).length]).toEqual([{}, 3, 1])
  })

  it('that is a word, yes or no is written with what shows it, where another number waits', () => {
    const { house, device } = houseWithBridge()
    const stored = () => house.all('SELECT state FROM device_entities ORDER BY entity_type')
    house.send(observed(light(device), 'on'), observed(thermometer(device), 21.5))
    expect(stored()).toEqual([{ state: 'on' }, { state: '21.5' }])
    house.now += 100
    house.send(observed(light(device), 'off'), observed(thermometer(device), 22))
    house.tick(2_000)
    expect(stored()).toEqual([{ state: 'off' }, { state: '21.5' }])
  })

  it('is written every two minutes, and is no change that leaves the house', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), 'on'))
    house.db.exec('DELETE FROM sync_changes')
    house.now += 2_000
    house.send(observed(light(device), 'off', { at: house.now, attributes: { brightness: 1 } }))
    house.tick(VOLATILE_FLUSH_MS)
    expect(stored(house)).toEqual([{ state: 'off', attributes: '{"brightness":1}' }])
    expect(house.all("SELECT * FROM sync_changes WHERE table_name = 'device_entities'")).toEqual([])
  })

  it('is a sign of life of its device', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), 'on'))
    house.tick(VOLATILE_FLUSH_MS)
    expect(house.all('SELECT last_seen FROM devices WHERE id = ?', device)).toEqual([{ last_seen: START }])
  })

  it('is taken from nobody whose device was revoked', () => {
    const { house, device } = houseWithBridge()
    house.db.prepare('UPDATE devices SET revoked_at = 1 WHERE id = ?').run(device)
    house.restart()
    expect(house.send(observed(light(device), 'on'))).toEqual(['rejected'])
    expect(shown(house)).toEqual({})
  })
})
