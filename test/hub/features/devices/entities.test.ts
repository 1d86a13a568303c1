import { describe, expect, it } from 'vitest'
import { ENTITIES_PER_DEVICE, VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { described, houseWithBridge, light, observed, thermometer } from './house-with-bridge.ts'

interface Row {
  id: string
  device_id: string
  source: string
  key: string
  entity_id: string
  name: string
  is_enabled: number
}

const rows = (house: TestHouse) => house.all<Row>('SELECT * FROM device_entities ORDER BY rowid')
const idsOf = (house: TestHouse) => rows(house).map(({ entity_id }) => entity_id)
const keysOf = (house: TestHouse) => rows(house).map(({ key }) => key)

/** Topics whose retained message the last batch took away, from their last two levels. */
/** What Home Assistant is told of a device is tested elsewhere. */
const isAnnouncement = (topic: string) => topic.startsWith('homeassistant/')
const cleared = (house: TestHouse) =>
  house.effects.flatMap((effect) =>
    effect.kind === 'publish' && effect.payload === '' && !isAnnouncement(effect.topic)
      ? [effect.topic.split('/').slice(-2).join('/')]
      : [],
  )

const TAIL = /_[0-9a-f]{8}$/

describe('an output of an agent', () => {
  const OUTPUTS = [
    { key: 'pump', kind: 'switch', unit: '', name: 'Pump' },
    { key: 'shelf', kind: 'dimmer', unit: '%', name: 'Shelf' },
  ]
  const introduces = (sensors: object[]): [string, object] => [
    'lares/kitchen-pi/birth',
    { ...birthMessage.sample, sensors },
  ]
  const said = (sensor: string, value: number): [string, object] => [
    'lares/kitchen-pi/readings',
    { items: [{ sensor, value, at: START }] },
  ]
  function houseWithOutputs(): TestHouse {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(introduces(OUTPUTS))
    return house
  }

  it('is a switch, and a dimmer a light, by their entity ids too', () => {
    const house = houseWithOutputs()
    expect(idsOf(house)).toEqual(['switch.kitchen_pi_pump', 'light.kitchen_pi_shelf'])
    for (const [type, key] of [
      ['switch', 'pump'],
      ['light', 'shelf'],
    ])
      expect(query(house, 'entities/list', { type })).toMatchObject({ entities: [{ entity_type: type, key }] })
  })

  it('is shown as on or off, and a dimmer in percent, while its readings are numbers', () => {
    const house = houseWithOutputs()
    const states = (command: 'devices/show' | 'entities/list') =>
      query<{ entities: { state: string; unit_of_measurement: string }[] }>(house, command, { device: 'kitchen-pi' })
        .entities.map(({ state, unit_of_measurement }) => `${state}${unit_of_measurement}`)
        .sort()
    for (const [pump, shelf, shown] of [
      [1, 40, ['40%', 'on']],
      [0, 0, ['0%', 'off']],
    ] as const) {
      house.now += 2_000
      house.send(said('pump', pump), said('shelf', shelf))
      expect(house.published('kitchen-pi/state/pump')).toMatchObject([{ value: pump }])
      house.tick(VOLATILE_FLUSH_MS + 1_000)
      for (const command of ['devices/show', 'entities/list'] as const) expect(states(command)).toEqual(shown)
    }
    expect(house.all("SELECT value FROM sensor_readings WHERE sensor = 'pump' ORDER BY id")).toEqual([
      { value: 1 },
      { value: 0 },
    ])
  })

  it('that was a sensor is the same entity under another name', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(introduces([{ key: 'pump', kind: 'number', unit: '', name: 'Pump' }]))
    const [before] = rows(house)
    expect(before).toMatchObject({ entity_id: 'sensor.kitchen_pi_pump', entity_type: 'sensor' })
    house.send(introduces(OUTPUTS.slice(0, 1)))
    expect(rows(house)).toEqual([
      {
        ...before,
        entity_id: 'switch.kitchen_pi_pump',
        entity_type: 'switch',
        sensor_type: 'switch',
        updated_at: house.now,
      },
    ])
  })
})

describe('an entity of a bridge', () => {
  it.each([
    ['light.living_room', 'light_living_room'],
    ['00:17:88:01/light', '00_17_88_01_light'],
    ['zigbee/+/#', 'zigbee'],
    ['light.кухня', /^light_[0-9a-f]{8}$/],
    ['🎵', /^entity_[0-9a-f]{8}$/],
    [`sensor.${'very_'.repeat(40)}long`, /^sensor_very_[a-z_]{1,20}_[0-9a-f]{8}$/],
  ])('called %j has a key that can stand on a topic', (entityId, key) => {
    const { house, device } = houseWithBridge()
    expect(house.send(observed(light(device, { entityId, uniqueId: entityId }), 'on'))).toEqual(['stored'])
    const [own = ''] = keysOf(house)
    expect(own).toMatch(key)
    expect(own).toMatch(/^[a-z0-9_]{1,40}$/)
    expect(house.published(`${device}/state/${own}`)).toMatchObject([{ value: 'on' }])
  })

  it('has a key of its own where its device has another one with it', () => {
    const { house, device } = houseWithBridge()
    house.send(
      described(light(device, { entityId: 'light.hall', uniqueId: 'one' })),
      described(light(device, { entityId: 'light/hall', uniqueId: 'two' })),
      described(light(device, { entityId: 'light.hall', uniqueId: 'one', source: 'home_assistant/cottage' })),
    )
    const [first, ...others] = keysOf(house)
    expect(first).toBe('light_hall')
    for (const key of others) expect(key).toMatch(TAIL)
    expect(new Set(keysOf(house)).size).toBe(3)
  })

  it('may have the entity id that another source has too, and not twice in one', () => {
    const { house, device } = houseWithBridge()
    const [here, there] = ['home_assistant/home', 'home_assistant/cottage']
    house.send(described(light(device, { source: here })), described(light(device, { source: there })))
    expect(rows(house).map(({ source, entity_id }) => [source, entity_id])).toEqual([
      [here, 'light.living_room'],
      [there, 'light.living_room'],
    ])
  })

  it('is described again without a change, and another way with the same key', () => {
    const { house, device } = houseWithBridge()
    house.send(described(light(device)))
    const [before] = rows(house)
    house.now += 5_000
    house.send(described(light(device)))
    expect(rows(house)).toEqual([before])
    house.send(described(light(device, { name: 'Sofa', entityId: 'light.sofa', icon: 'mdi:sofa' })))
    expect(rows(house)).toEqual([
      { ...before, name: 'Sofa', entity_id: 'light.sofa', icon: 'mdi:sofa', updated_at: house.now },
    ])
  })

  it('is called by its newest name when two change theirs with each other', () => {
    const { house, device } = houseWithBridge()
    const one = light(device, { entityId: 'light.one', uniqueId: 'one' })
    const two = light(device, { entityId: 'light.two', uniqueId: 'two' })
    house.send(described(one), described(two))
    house.send(described({ ...one, entityId: 'light.two' }))
    expect(idsOf(house)).toEqual(['light.two', expect.stringMatching(TAIL)])
    house.send(described({ ...two, entityId: 'light.one' }))
    expect(idsOf(house)).toEqual(['light.two', 'light.one'])
  })

  it('gets its unique id when its source has one at last, and keeps it when it says none', () => {
    const { house, device } = houseWithBridge()
    for (const uniqueId of [null, 'one', null]) house.send(described(light(device, { uniqueId })))
    expect(house.all('SELECT unique_id FROM device_entities')).toEqual([{ unique_id: 'one' }])
  })

  it('moves to another device with its identity, and leaves no state behind', () => {
    const { house, device } = houseWithBridge()
    house.send({ kind: 'test_device', name: 'Strip' })
    const other = house.all<{ id: string }>("SELECT id FROM devices WHERE name = 'Strip'")[0]?.id ?? ''
    house.send(described(light(other, { uniqueId: 'another' })), observed(light(device), 'on'))
    const [, before] = rows(house)
    house.now += 2_000
    house.send(observed(light(other, { entityId: 'light.moved' }), 'on', { at: house.now }))
    expect(cleared(house)).toEqual(['state/light_living_room'])
    expect(house.published(`${other}/state/light_moved`)).toMatchObject([{ value: 'on' }])
    expect(rows(house)[1]).toMatchObject({ id: before?.id, device_id: other, key: 'light_moved' })
  })

  it('moves between two states of one batch, and the later one is shown where it is now, also when it changes again', () => {
    const { house, device } = houseWithBridge()
    house.send({ kind: 'test_device', name: 'Strip' })
    const other = house.all<{ id: string }>("SELECT id FROM devices WHERE name = 'Strip'")[0]?.id ?? ''
    house.send(observed(light(device), 'on'), observed(light(other), 'off', { at: START - 1_000 }))
    expect(house.published('/state/light_living_room')).toEqual([{}, expect.objectContaining({ value: 'off' })])
    house.send(observed(light(other), 'on'))
    house.tick(1_000)
    expect(house.published(`${other}/state/light_living_room`)).toMatchObject([{ value: 'on' }])
  })

  it('has names as long as names may be, in any script, and longer ones are cut between characters', () => {
    const { house, device } = houseWithBridge()
    const long = '長'.repeat(255)
    house.send(
      described(light(device, { name: long })),
      described(light(device, { uniqueId: 'b', entityId: 'light.b', name: '👩‍👩‍👧'.repeat(60) })),
    )
    const [first, second] = rows(house)
    expect(first?.name).toBe(long)
    expect(second?.name).toBe('👩‍👩‍👧'.repeat(31))
  })

  it.each([
    ['entityId', 'x'.repeat(256)],
    ['entityId', ''],
    ['uniqueId', 'a\0b'],
    ['uniqueId', '\ud800'],
    ['source', ''],
  ])('whose %s is %j is refused, and nothing of it is kept', (what, text) => {
    const { house, device } = houseWithBridge()
    expect(house.send(described(light(device, { [what]: text })))).toEqual(['rejected'])
    expect(rows(house)).toEqual([])
  })

  it('is one of the device’s own only where the device says so itself', () => {
    const { house, device } = houseWithBridge()
    expect(house.send(described(light(device, { source: 'lares' })))).toEqual(['rejected'])
    expect(rows(house)).toEqual([])
  })

  it('that is gone shows nothing, and its next state whatever it is', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(light(device), 'on'))
    house.send({ kind: 'test_retire', source: 'zigbee2mqtt', entityId: 'light.living_room' })
    expect(cleared(house)).toEqual(['state/light_living_room'])
    house.tick(VOLATILE_FLUSH_MS)
    house.restart()
    expect(house.published('/state/light_living_room')).toEqual([])
    house.send(observed(light(device), 'on'))
    expect(house.published('/state/light_living_room')).toMatchObject([{ value: 'on' }])
    expect(rows(house)).toMatchObject([{ is_enabled: 1 }])
  })
})

describe('beside the sensors of an agent', () => {
  const AGENT = 'kitchen-pi'
  const birth = (sensors: unknown[], connects: number) => {
    const { partial: _, ...sample } = birthMessage.sample
    return [`lares/${AGENT}/birth`, { ...sample, connects, sent: { at: START, mono: 1 }, sensors }] as const
  }
  const sensor = (key: string) => ({ key, kind: 'number', unit: '', name: key })
  const bridged = light(AGENT, { entityId: 'light.shelf', uniqueId: 'shelf' })

  it('what a bridge knows of stays when a birth does not name it', () => {
    const { house } = houseWithBridge()
    house.device(AGENT)
    house.send(birth([sensor('a'), sensor('b')], 1), described(bridged))
    house.send(birth([sensor('a')], 2))
    expect(rows(house).map(({ key, is_enabled }) => [key, is_enabled])).toEqual([
      ['a', 1],
      ['b', 0],
      ['light_shelf', 1],
    ])
  })

  it('it keeps its key, and a sensor that is called so is refused alone', () => {
    const { house } = houseWithBridge()
    house.device(AGENT)
    house.send(described(bridged), birth([sensor('a'), sensor('light_shelf')], 1))
    house.send([`lares/${AGENT}/readings`, { items: ['a', 'light_shelf'].map((key) => ({ sensor: key, value: 1 })) }])
    expect(rows(house).map(({ key, source }) => [key, source])).toEqual([
      ['light_shelf', 'zigbee2mqtt'],
      ['a', 'lares'],
    ])
    expect(house.all('SELECT sensor FROM sensor_readings')).toEqual([{ sensor: 'a' }])
    expect(house.all("SELECT description FROM events WHERE event_type = 'sensors_refused'")).toEqual([
      { description: expect.stringContaining('light_shelf: is what an entity of zigbee2mqtt is called') },
    ])
  })

  it('it takes none of their places', () => {
    const { house } = houseWithBridge()
    house.device(AGENT)
    house.send(
      ...Array.from({ length: 300 }, (_, at) =>
        described(light(AGENT, { entityId: `light.l${at}`, uniqueId: `${at}` })),
      ),
      birth(
        Array.from({ length: 256 }, (_, at) => sensor(`s${at}`)),
        1,
      ),
    )
    expect(rows(house).filter(({ source }) => source === 'lares')).toHaveLength(256)
  })
})

describe('a device of 5,000 entities', () => {
  const { house, device } = houseWithBridge()
  const entities = Array.from({ length: 5_000 }, (_, at) =>
    thermometer(device, { entityId: `sensor.t${at}`, uniqueId: `${at}`, name: `Probe ${at}` }),
  )

  it('has all of them, shows them, and tells them in pages', () => {
    expect(new Set(house.send(...entities.map((one, at) => observed(one, at / 100))))).toEqual(new Set(['stored']))
    expect(
      house.effects.filter((effect) => effect.kind === 'publish' && effect.retain && !isAnnouncement(effect.topic)),
    ).toHaveLength(5_000)
    const { entities: shown, more_entities } = query<{ entities: unknown[]; more_entities: number }>(
      house,
      'devices/show',
      { device },
    )
    expect([shown.length, more_entities]).toEqual([500, 4_500])
    const { entities: listed, next } = query<{ entities: unknown[]; next?: string }>(house, 'entities/list', { device })
    expect([listed.length, next]).toEqual([500, expect.any(String)])
    const { readings } = query<{ readings: unknown[] }>(house, 'readings/latest', { device, limit: 5_000 })
    expect(readings).toHaveLength(5_000)
  })

  it('is revoked, and every topic of it is empty', () => {
    data(ask(house, commandInput('devices/revoke', { device })))
    expect(cleared(house)).toHaveLength(5_002)
  })

  it('has at most so many, and the next one is refused alone', () => {
    const full = houseWithBridge()
    full.house.db
      .prepare(
        'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO device_entities ' +
          "(id, device_id, source, entity_id, key, name, entity_type, created_at, updated_at) SELECT 'e' || i, ?, 'other', 'e' || i, 'e' || i, 'E', 'light', 1, 1 FROM n",
      )
      .run(ENTITIES_PER_DEVICE - 1, full.device)
    const [last, beyond] = ['last', 'beyond'].map((uniqueId) => light(full.device, { uniqueId, entityId: uniqueId }))
    if (!last || !beyond) throw new Error('there are two')
    expect(full.house.send(described(last), described(beyond), described(last))).toEqual([
      'stored',
      'rejected',
      'stored',
    ])
    expect(rows(full.house)).toHaveLength(ENTITIES_PER_DEVICE)
  })
})

describe('what a person does', () => {
  it('with any entity works: its device is renamed and revoked, it is removed and asked for', () => {
    const { house, device } = houseWithBridge()
    house.send(observed(thermometer(device, { entityId: '00:17:88:01/light' }), 21))
    const [{ key } = { key: '' }] = rows(house)
    data(ask(house, commandInput('devices/rename', { device, name: 'Attic 🏠' })))
    expect(query(house, 'readings/query', { device: 'Attic 🏠', sensor: 'attic' })).toMatchObject({
      series: [{ sensor: key, sensor_name: 'Attic', readings: [{ value: 21 }] }],
    })
    data(ask(house, commandInput('sensors/remove', { device, sensor: 'Attic' })))
    expect(cleared(house)).toEqual([`state/${key}`])
    data(ask(house, commandInput('devices/revoke', { device })))
    expect(cleared(house)).toEqual([`${device}/status`, `${device}/desired`, `state/${key}`])
  })

  it('calls a device by a name of 255 characters, and not of more', () => {
    const { house, device } = houseWithBridge()
    const name = '長'.repeat(255)
    data(ask(house, commandInput('devices/rename', { device, name })))
    expect(query(house, 'devices/show', { device: name })).toMatchObject({ device: { name } })
    expect(ask(house, commandInput('devices/rename', { device, name: `${name}長` }))).toMatchObject({
      error: { code: 'bad_params' },
    })
    expect(data(ask(house, commandInput('devices/create', { name })))).toMatchObject({ secret: expect.any(String) })
  })
})
