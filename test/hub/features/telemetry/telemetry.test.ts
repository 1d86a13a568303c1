import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const BOOT = '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c'
const YEAR = 365 * 86_400_000

function birth(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agent: '0.1.0',
    hardware: null,
    boot: BOOT,
    epoch: 'e1',
    connects: 1,
    capabilities: [],
    clock: { synced: true, source: 'ntp' },
    sent: { at: START, mono: 100_000 },
    sensors: [],
    ...more,
  }
}

/** Sends one item and says when the hub believes it was measured. */
function timeOf(
  house: TestHouse,
  message: Record<string, unknown>,
  item: Record<string, unknown>,
): { time: number; metadata: Record<string, unknown> } {
  house.send(['lares/kitchen-pi/readings', { ...message, items: [{ sensor: 's', value: 1, ...item }] }])
  const [row] = house.all<{ reading_time: number; metadata: string }>(
    'SELECT reading_time, metadata FROM sensor_readings ORDER BY id DESC LIMIT 1',
  )
  return { time: row?.reading_time ?? 0, metadata: JSON.parse(row?.metadata ?? '{}') as Record<string, unknown> }
}

describe('the time of a reading', () => {
  function withBirth(synced: boolean | null = true) {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(['lares/kitchen-pi/birth', birth({ clock: { synced, source: null } })])
    return house
  }

  it('is the time of receipt when the device says none', () => {
    expect(timeOf(withBirth(), {}, {})).toEqual({ time: START, metadata: {} })
  })

  it("is the device's own when its clock agrees with the hub's", () => {
    const sent = { at: START, mono: 100_000 }
    expect(timeOf(withBirth(), { boot: BOOT, sent }, { at: START - 30_000, mono: 70_000 })).toEqual({
      time: START - 30_000,
      metadata: {},
    })
  })

  it('is counted back on the monotonic clock when the device woke in 1970', () => {
    const sent = { at: 100_000, mono: 100_000 }
    expect(timeOf(withBirth(false), { boot: BOOT, sent }, { at: 70_000, mono: 70_000 })).toEqual({
      time: START - 30_000,
      metadata: { time_quality: 'corrected', original_time: 70_000 },
    })
  })

  it('is counted back when the clock was set between measuring and sending', () => {
    const sent = { at: START, mono: 100_000 }
    expect(timeOf(withBirth(), { boot: BOOT, sent }, { at: 70_000, mono: 70_000 })).toEqual({
      time: START - 30_000,
      metadata: { time_quality: 'corrected', original_time: 70_000 },
    })
  })

  it("is counted back when the device's clock is a year ahead", () => {
    const sent = { at: START + YEAR, mono: 100_000 }
    expect(timeOf(withBirth(), { boot: BOOT, sent }, { at: START + YEAR - 5_000, mono: 95_000 })).toEqual({
      time: START - 5_000,
      metadata: { time_quality: 'corrected', original_time: START + YEAR - 5_000 },
    })
  })

  it('is counted back when the device says that its clock follows nothing, however right it looks', () => {
    const sent = { at: START - 10_000, mono: 100_000 }
    expect(timeOf(withBirth(false), { boot: BOOT, sent }, { at: START - 15_000, mono: 95_000 }).time).toBe(
      START - 5_000,
    )
  })

  it('is the time of receipt when it was measured in 1970 in another boot', () => {
    const sent = { at: START, mono: 100_000 }
    expect(timeOf(withBirth(), { boot: 'before', sent }, { at: 70_000, mono: 900_000_000 })).toEqual({
      time: START,
      metadata: { time_quality: 'unknown', original_time: 70_000 },
    })
  })

  it('is kept from another boot when that clock was right', () => {
    const sent = { at: START, mono: 100_000 }
    const at = START - 7 * 86_400_000
    expect(timeOf(withBirth(), { boot: 'before', sent }, { at, mono: 900_000_000 })).toEqual({ time: at, metadata: {} })
  })

  it('is never taken from the monotonic clock of another boot', () => {
    const sent = { at: 100_000, mono: 100_000 }
    expect(timeOf(withBirth(false), { boot: 'before', sent }, { mono: 95_000 })).toEqual({
      time: START,
      metadata: { time_quality: 'unknown' },
    })
  })

  it('is believed of a plain device that says only when it measured, but not in the future nor in 1970', () => {
    const house = withBirth()
    house.device('garden-esp', 'mqtt')
    expect(timeOf(house, {}, { at: START - 86_400_000 }).time).toBe(START - 86_400_000)
    expect(timeOf(house, {}, { at: START + 3_600_000 })).toEqual({
      time: START,
      metadata: { time_quality: 'unknown', original_time: START + 3_600_000 },
    })
    expect(timeOf(house, {}, { at: 12_000 })).toEqual({
      time: START,
      metadata: { time_quality: 'unknown', original_time: 12_000 },
    })
  })

  it('is never later than the receipt', () => {
    const sent = { at: START + 20_000, mono: 100_000 }
    expect(timeOf(withBirth(), { boot: BOOT, sent }, { at: START + 20_000, mono: 100_000 }).time).toBe(START)
  })

  it('never goes behind what is stored while the hub itself has no time source', () => {
    const house = withBirth()
    house.send(['lares/kitchen-pi/readings', reading(1, 1)])
    house.now = 1_000
    const before = house.clockSynced
    house.clockSynced = false
    house.send(['lares/kitchen-pi/readings', reading(2, 2)])
    house.clockSynced = before
    const times = house.all<{ reading_time: number }>('SELECT reading_time FROM sensor_readings ORDER BY id')
    expect(times).toEqual([{ reading_time: START }, { reading_time: START }])
  })
})

describe('a reading', () => {
  it('outside of what its kind can have is kept with quality 0', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send([
      'lares/kitchen-pi/readings',
      {
        items: [
          { sensor: 'cold', value: -300, kind: 'temperature', quality: 0.9 },
          { sensor: 'good', value: 20, kind: 'temperature', quality: 0.5 },
          { sensor: 'own', value: 1e12, kind: 'something_new' },
        ],
      },
    ])
    expect(house.all('SELECT sensor, value, unit, quality, metadata FROM sensor_readings ORDER BY id')).toEqual([
      { sensor: 'cold', value: -300, unit: '°C', quality: 0, metadata: '{"out_of_range":true}' },
      { sensor: 'good', value: 20, unit: '°C', quality: 0.5, metadata: '{}' },
      { sensor: 'own', value: 1e12, unit: '', quality: 1, metadata: '{}' },
    ])
  })

  it('is judged in the unit it was measured in', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const item = (sensor: string, value: number, unit: string) => ({ sensor, value, kind: 'pressure', unit })
    house.send(['lares/kitchen-pi/readings', { items: [item('fine', 101_325, 'Pa'), item('wrong', 101_325, 'hPa')] }])
    expect(house.all('SELECT sensor, quality FROM sensor_readings ORDER BY id')).toEqual([
      { sensor: 'fine', quality: 1 },
      { sensor: 'wrong', quality: 0 },
    ])
  })

  it('that is no finite number is rejected with its reason', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const items = '"items":[{"sensor":"t","value":1e999}]'
    expect(house.send(['lares/kitchen-pi/readings', `{"epoch":"e1","lane":"live","seq":1,${items}}`])).toEqual([
      'rejected',
    ])
    expect(house.published('/ack')).toMatchObject([{ upto: { live: 1 }, rejected: [{ seq: 1 }] }])
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: 0 }])
  })

  it('in another unit makes another series of the same sensor', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    for (const unit of ['°C', '°F', '°C'])
      house.send(['lares/kitchen-pi/readings', { items: [{ sensor: 't', value: 1, kind: 'temperature', unit }] }])
    expect(house.all('SELECT unit, count(*) AS n FROM sensor_readings GROUP BY unit ORDER BY unit')).toEqual([
      { unit: '°C', n: 2 },
      { unit: '°F', n: 1 },
    ])
    expect(house.all('SELECT entity_id FROM device_entities')).toEqual([{ entity_id: 'sensor.kitchen_pi_t' }])
  })

  it('may have the names that JavaScript objects inherit', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const items = ['__proto__', 'constructor', 'tostring', 'hasownproperty'].map((sensor) => ({ sensor, value: 1 }))
    expect(house.send(['lares/kitchen-pi/readings', { items }])).toEqual(['stored'])
    expect(house.all('SELECT sensor FROM reading_series ORDER BY id')).toEqual(items.map(({ sensor }) => ({ sensor })))
    expect(house.published('/state/__proto__')).toMatchObject([{ value: 1 }])
    house.restart()
    expect(house.send(['lares/kitchen-pi/readings', { items }])).toEqual(['stored'])
  })

  it('of a sensor beyond the 256th is refused alone, and the others of its message are stored', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const sensors = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ sensor: `s${from + index}`, value: 1 }))
    expect(house.send(['lares/kitchen-pi/readings', { items: sensors(0, 256) }])).toEqual(['stored'])
    const verdicts = house.send(
      ['lares/kitchen-pi/readings', { items: [...sensors(0, 2), ...sensors(256, 1)] }],
      ['lares/kitchen-pi/readings', { items: sensors(256, 1) }],
    )
    expect(verdicts).toEqual(['stored', 'rejected'])
    expect(house.all('SELECT code FROM rejected_messages')).toEqual([
      { code: 'too_many_sensors' },
      { code: 'too_many_sensors' },
    ])
    expect(house.published('/rejected')[0]).toMatchObject({ reason: expect.stringContaining('s256') })
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: 258 }])
    expect(house.engine.ledger).toMatchObject({ applied: 2, rejected: 1 })
  })
})

describe('the latest value', () => {
  const state = (house: TestHouse) => house.published('/state/cpu_temperature')

  function withDevice() {
    const house = openTestHouse()
    house.device('kitchen-pi')
    return house
  }

  it('is published on change, at most once a second, and the last one always', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    expect(state(house)).toMatchObject([{ value: 20, unit: '°C', quality: 1, time_quality: 'good' }])
    house.now += 300
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    house.now += 300
    house.send(['lares/kitchen-pi/readings', reading(3, 22)])
    expect(state(house)).toEqual([])
    house.tick(500)
    expect(state(house)).toMatchObject([{ value: 22 }])
    house.tick(2_000)
    expect(state(house)).toEqual([])
    house.send(['lares/kitchen-pi/readings', reading(4, 22)])
    expect(state(house)).toEqual([])
  })

  it('is never overwritten by older readings, from the backlog or late', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    house.now += 10_000
    const old = { items: [{ sensor: 'cpu_temperature', value: 5, at: START - 60_000 }] }
    house.send(
      ['lares/kitchen-pi/readings', reading(1, 5, { lane: 'backlog', ...old })],
      ['lares/kitchen-pi/readings', reading(2, 6, old)],
    )
    expect(state(house)).toEqual([])
    house.tick(2_000)
    expect(state(house)).toEqual([])
    house.send(['lares/kitchen-pi/readings', reading(3, 25)])
    expect(state(house)).toMatchObject([{ value: 25 }])
  })

  it('is written every two minutes and at stop, and published again after a restart', () => {
    const house = withDevice()
    const stored = () => house.all('SELECT state FROM device_entities')
    house.tick(VOLATILE_FLUSH_MS)
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    house.tick(1_000)
    // The first of all is written with its reading.
    expect(stored()).toEqual([{ state: '20' }])
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    house.tick(1_000)
    expect(stored()).toEqual([{ state: '20' }])
    house.tick(VOLATILE_FLUSH_MS)
    expect(stored()).toEqual([{ state: '21' }])
    house.send(['lares/kitchen-pi/readings', reading(3, 22)])
    house.engine.stop({ now: house.now, clockSynced: true })
    expect(stored()).toEqual([{ state: '22' }])
    house.restart()
    expect(state(house)).toMatchObject([{ value: 22, unit: '°C', quality: 1, time_quality: 'good' }])
  })

  it('is what readings say that were stored after it was written, where the hub was killed', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    house.tick(VOLATILE_FLUSH_MS)
    house.now += 1_000
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    house.restart()
    expect(state(house)).toMatchObject([{ value: 21, unit: '°C', at: house.now, quality: 1, time_quality: 'good' }])
    house.tick(VOLATILE_FLUSH_MS)
    expect(house.all('SELECT state FROM device_entities')).toEqual([{ state: '21' }])
  })

  it('is not published when the batch was rolled back', () => {
    const house = withDevice()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON readings WHEN NEW.value = 13 BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    expect(
      house.send(['lares/kitchen-pi/readings', reading(1, 13)], ['lares/kitchen-pi/readings', reading(2, 14)]),
    ).toEqual(['rejected', 'stored'])
    expect(state(house)).toMatchObject([{ value: 14 }])
    expect(house.engine.ledger).toEqual({ received: 2, applied: 1, duplicate: 0, rejected: 1 })
    house.tick(2_000)
    expect(state(house)).toEqual([])
  })

  it('is gone with a whole batch that the disk did not take', () => {
    const house = withDevice()
    house.db.pragma(`max_page_count = ${house.db.pragma('page_count', { simple: true })}`)
    const much = Array.from({ length: 500 }, (_, index) => ({ sensor: `s${index % 200}`, value: index }))
    expect(() =>
      house.send(
        ...Array.from(
          { length: 20 },
          (_, seq) => ['lares/kitchen-pi/readings', reading(seq + 1, 1, { items: much })] as const,
        ),
      ),
    ).toThrow(/full/)
    house.db.pragma('max_page_count = 1000000')
    expect(house.engine.ledger.received).toBe(0)
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: 0 }])
    house.tick(2_000)
    // The device itself is announced to Home Assistant, whatever became of its readings.
    const ofDevice = house.effects.filter((effect) => effect.kind === 'publish' && effect.topic.startsWith('lares/'))
    expect(ofDevice).toEqual([])
    expect(house.send(['lares/kitchen-pi/readings', reading(1, 20)])).toEqual(['stored'])
    expect(house.published('/ack')).toMatchObject([{ upto: { live: 1 } }])
  })
})
