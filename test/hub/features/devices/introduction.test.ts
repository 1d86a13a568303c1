import { describe, expect, it } from 'vitest'
import { encode } from '../../../../shared/codec.ts'
import { sensorKeyOf } from '../../../../shared/ids.ts'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'

type Sensor = { key: string; kind: string; unit: string; name: string }

function sensors(count: number, more: (index: number) => Partial<Sensor> = () => ({})): Sensor[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `t${index}`,
    kind: 'temperature',
    unit: '°C',
    name: `Probe ${index}`,
    ...more(index),
  }))
}

function birth(list: unknown[], more: Record<string, unknown> = {}) {
  const { partial: _, ...sample } = birthMessage.sample
  return [
    `lares/${DEVICE}/birth`,
    { ...sample, boot: 'b1', epoch: 'e1', sent: { at: START, mono: 1 }, sensors: list, ...more },
  ] as const
}

function readings(seq: number, values: Record<string, number>, lane = 'live') {
  const items = Object.entries(values).map(([sensor, value]) => ({ sensor, value }))
  return [`lares/${DEVICE}/readings`, { epoch: 'e1', lane, seq, items }] as const
}

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

const has = (house: TestHouse) =>
  house
    .all<{ sensor: string }>('SELECT key AS sensor FROM device_entities WHERE is_enabled = 1 ORDER BY key')
    .map(({ sensor }) => sensor)

const countOf = (house: TestHouse, table: string) =>
  house.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n

describe('an introduction', () => {
  it('with 200 sensors that have other names now is taken, and what they measure is stored', () => {
    const house = withDevice()
    house.send(birth(sensors(200)))
    const renamed = sensors(200, (index) => ({ key: `cellar_${index}` }))
    expect(house.send(birth(renamed, { connects: 18 }), readings(1, { cellar_199: 21 }))).toEqual(['stored', 'stored'])
    expect(has(house)).toHaveLength(200)
    expect(countOf(house, 'readings')).toBe(1)
  })

  it('by an agent that names its sensors in another script is taken, readings too, however they are composed', () => {
    const house = withDevice()
    const [composed, apart] = ['süd'.normalize('NFC'), 'süd'.normalize('NFD')]
    const list = sensors(2, (index) => ({ key: ['кухня', composed][index] ?? '', name: ['Кухня', 'Süd'][index] ?? '' }))
    expect(house.send(birth(list), readings(1, { кухня: 21, [apart]: 22 }))).toEqual(['stored', 'stored'])
    expect(house.all('SELECT name FROM device_entities ORDER BY name')).toEqual([{ name: 'Süd' }, { name: 'Кухня' }])
    expect(has(house)).toEqual([sensorKeyOf('кухня'), sensorKeyOf('süd')])
    expect(countOf(house, 'readings')).toBe(2)
  })

  it('in which one name stands twice, written with other characters, names it', () => {
    const house = withDevice()
    const list = sensors(2, (index) => ({ key: 'süd'.normalize(index === 0 ? 'NFC' : 'NFD') }))
    house.send(birth(list), readings(1, { süd: 20 }))
    expect(has(house)).toEqual([sensorKeyOf('süd')])
    expect(house.all("SELECT description FROM events WHERE event_type = 'sensors_refused'")).toEqual([
      { description: expect.stringContaining('stands there twice, and not alike') },
    ])
  })

  it('with 256 sensors whose names are as long as names may be fits into one message', () => {
    const house = withDevice()
    const long = sensors(256, (index) => ({ name: '温'.repeat(100), key: `${'k'.repeat(37)}${100 + index}` }))
    const [topic, message] = birth(long)
    expect(house.send([topic, encode('birth', message as never)])).toEqual(['stored'])
    expect(has(house)).toHaveLength(256)
  })

  it('with one sensor that cannot be stored brings all the others, and names that one to device and house', () => {
    const house = withDevice()
    const list = sensors(3, (index) => (index === 1 ? { unit: '°C \ud83c' } : {}))
    expect(house.send(birth(list), readings(1, { t0: 1, t2: 2 }))).toEqual(['stored', 'stored'])
    expect(has(house)).toEqual(['t0', 't2'])
    expect(house.published('/ack')).toHaveLength(1)
    expect(house.published('/rejected')).toMatchObject([
      { topic: `lares/${DEVICE}/birth`, code: 'bad_message', reason: expect.stringContaining('t1') },
    ])
    expect(house.all("SELECT description FROM events WHERE event_type = 'sensors_refused'")).toEqual([
      { description: expect.stringMatching(/^1 sensor is not taken: t1\. t1: unit:/) },
    ])
    expect(countOf(house, 'readings')).toBe(2)
  })

  it('with half a character in a name brings the sensor, with the rest of its name', () => {
    const house = withDevice()
    expect(house.send(birth(sensors(1, () => ({ name: 'Kitchen \ud83c' }))))).toEqual(['stored'])
    expect(house.all('SELECT name FROM device_entities')).toEqual([{ name: expect.stringMatching(/^Kitchen/) }])
    expect(house.published('/rejected')).toEqual([])
  })

  it('tells the house of the same refusal once, not at every connect', () => {
    const house = withDevice()
    for (const connects of [17, 18, 19]) house.send(birth([{ key: 't0' }], { connects }))
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'sensors_refused'")).toHaveLength(1)
  })

  it('with more than 256 sensors brings the first 256, and names the others', () => {
    const house = withDevice()
    house.send(birth(sensors(258)))
    expect(has(house)).toHaveLength(256)
    expect(house.published('/rejected')).toMatchObject([
      { code: 'too_many_sensors', reason: expect.stringContaining('2 sensors are not taken: t256, t257') },
    ])
    expect(house.send(readings(1, { t0: 1, t255: 2 }))).toEqual(['stored'])
    expect(countOf(house, 'readings')).toBe(2)
  })

  it('that is refused altogether still opens the way for readings', () => {
    const house = withDevice()
    expect(house.send(birth([], { hardware: 7 }))).toEqual(['rejected'])
    expect(house.published('/ack')).toMatchObject([{ epoch: 'e1' }])
    expect(house.published('/rejected')).toMatchObject([{ code: 'bad_message' }])
  })
})

describe('a sensor that an introduction no longer names', () => {
  function withTwo() {
    const house = withDevice()
    house.send(birth(sensors(2)), readings(1, { t0: 20, t1: 21 }))
    return house
  }

  it('leaves: it has no state any more, and its history stays', () => {
    const house = withTwo()
    house.tick(VOLATILE_FLUSH_MS + 1_000)
    house.send(birth(sensors(1), { connects: 18 }))
    expect(has(house)).toEqual(['t0'])
    expect(house.effects).toContainEqual({
      kind: 'publish',
      topic: `lares/${DEVICE}/state/t1`,
      payload: '',
      qos: 1,
      retain: true,
    })
    expect(countOf(house, 'readings')).toBe(2)
    house.restart()
    expect(house.published('/state/t1')).toEqual([])
    expect(house.published('/state/t0')).toHaveLength(1)
  })

  it('stays when the introduction says that it does not name all', () => {
    const house = withTwo()
    house.send(birth(sensors(1), { connects: 18, partial: true }))
    expect(has(house)).toEqual(['t0', 't1'])
  })

  it('stays when it is named and refused', () => {
    const house = withTwo()
    house.send(birth([...sensors(1), { key: 't1', kind: 7 }], { connects: 18 }))
    expect(has(house)).toEqual(['t0', 't1'])
    house.send(birth([...sensors(1), 'rubbish'], { connects: 19 }))
    expect(has(house)).toEqual(['t0', 't1'])
  })

  it('comes back with its history when it is named again, and shows its next value although it is the old one', () => {
    const house = withTwo()
    house.send(birth(sensors(1), { connects: 18 }))
    house.send(birth(sensors(2), { connects: 19 }), readings(2, { t1: 21 }))
    expect(has(house)).toEqual(['t0', 't1'])
    expect(house.published('/state/t1')).toMatchObject([{ value: 21 }])
    expect(house.all('SELECT count(*) AS n FROM reading_series')).toEqual([{ n: 2 }])
  })

  it('is not brought back by readings that waited on the device, which become its history', () => {
    const house = withTwo()
    house.send(birth(sensors(1), { connects: 18 }), readings(2, { t1: 22 }), readings(1, { t1: 23 }, 'backlog'))
    house.tick(2_000)
    expect(has(house)).toEqual(['t0'])
    expect(house.published('/state/t1')).toEqual([])
    expect(countOf(house, 'readings')).toBe(4)
  })

  it('is brought back by a reading of a device that never introduces itself', () => {
    const house = withDevice()
    house.send(readings(1, { t1: 1 }))
    house.db.exec('UPDATE device_entities SET is_enabled = 0')
    house.restart()
    house.send(readings(2, { t1: 2 }))
    expect(has(house)).toEqual(['t1'])
    expect(house.published('/state/t1')).toMatchObject([{ value: 2 }])
  })
})

describe('a sensor that a person removes', () => {
  const remove = { device: DEVICE, sensor: 't1' }

  function withTwo() {
    const house = withDevice()
    house.send(birth(sensors(2)), readings(1, { t0: 20, t1: 21 }))
    house.now += 100
    house.send(readings(2, { t1: 22 }))
    return house
  }

  it('leaves with its topic, also with a value that was held back, and its readings stay', () => {
    const house = withTwo()
    data(ask(house, commandInput('sensors/remove', remove)))
    expect(has(house)).toEqual(['t0'])
    expect(house.effects).toContainEqual(expect.objectContaining({ topic: `lares/${DEVICE}/state/t1`, payload: '' }))
    house.tick(VOLATILE_FLUSH_MS + 1_000)
    expect(house.published('/state/t1')).toEqual([])
    expect(countOf(house, 'readings')).toBe(3)
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'sensor_removed'")).toHaveLength(1)
  })

  it('is no longer among the newest readings, unless it is asked for by name', () => {
    const house = withTwo()
    data(ask(house, commandInput('sensors/remove', remove)))
    const latest = (params: Record<string, unknown>) => query(house, 'readings/latest', params)
    expect(latest({})).toMatchObject({ readings: [{ sensor: 't0' }] })
    expect(latest({ device: DEVICE, sensor: 't1' })).toMatchObject({ readings: [{ sensor: 't1', value: 22 }] })
  })

  it('is back when its device names it again', () => {
    const house = withTwo()
    data(ask(house, commandInput('sensors/remove', remove)))
    house.send(birth(sensors(2), { connects: 18 }))
    expect(has(house)).toEqual(['t0', 't1'])
  })

  it('that is none is an error that says where the names are', () => {
    const house = withTwo()
    expect(ask(house, commandInput('sensors/remove', { ...remove, sensor: 'none' }))).toMatchObject({
      error: { code: 'not_found', hint: expect.stringContaining(`lares devices show ${DEVICE}`) },
    })
  })
})

describe('a device that is shut out', () => {
  it('shows no value any more, neither one that was held back nor after a restart', () => {
    const house = withDevice()
    house.send(readings(1, { t0: 20 }))
    house.tick(VOLATILE_FLUSH_MS + 1_000)
    house.send(readings(2, { t0: 21 }))
    house.now += 100
    house.send(readings(3, { t0: 22 }))
    data(ask(house, commandInput('devices/revoke', { device: DEVICE })))
    house.tick(2_000)
    expect(house.published('/state/t0')).toEqual([])
    house.restart()
    expect(house.published('/state/t0')).toEqual([])
  })
})

describe('the name of an entity', () => {
  it('is its own where device and sensor of two devices read the same', () => {
    const house = openTestHouse()
    for (const [device, sensor] of [
      ['attic-pi', 'one_temperature'],
      ['attic-pi-one', 'temperature'],
    ] as const) {
      house.device(device)
      expect(house.send([`lares/${device}/readings`, { items: [{ sensor, value: 1 }] }])).toEqual(['stored'])
    }
    expect(house.all('SELECT entity_id FROM device_entities ORDER BY entity_id')).toEqual([
      { entity_id: 'sensor.attic_pi_one_temperature' },
      { entity_id: expect.stringMatching(/^sensor\.attic_pi_one_temperature_[0-9a-f]{8}$/) },
    ])
  })
})
