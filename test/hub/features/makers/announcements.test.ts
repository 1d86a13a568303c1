import { describe, expect, it } from 'vitest'
import { MAKER_LIMITS } from '../../../../shared/limits.ts'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import {
  accepted,
  deviceOf,
  entityOf,
  eventsOf,
  lampOf,
  listed,
  makersHouse,
  START,
  saying,
  statuses,
  statusOf,
  wanted,
  Z2M,
} from './makers-house.ts'

const names = (house: ReturnType<typeof makersHouse>) =>
  house.all<{ name: string }>('SELECT name FROM devices ORDER BY created_at, id').map(({ name }) => name)

describe('a device that a source announces', () => {
  it('waits with all that is known of it, and is no device yet', () => {
    const house = makersHouse(
      lampOf('0x1', {
        notConnected: [{ part: 'effect', component: 'select', name: 'Effect', reason: 'has no topic' }],
      }),
    )
    expect(listed(house)).toMatchObject([
      {
        ...{ name: 'Lamp', status: 'waiting', brand: 'IKEA', model: 'E1', entities: 2, device: null },
        ...{ source: Z2M, identity: 'zigbee2mqtt_0x1', not_connected: ['Effect: has no topic'] },
      },
    ])
    expect(house.all('SELECT id FROM devices')).toEqual([])
  })

  it('is the same under another name and topic, and is called as it is called last', () => {
    const house = makersHouse(lampOf())
    house.send(saying([lampOf('0x1', { identity: 'kitchen', identities: ['kitchen', 'ieee:0x1'], name: 'Kitchen' })]))
    expect(listed(house)).toMatchObject([{ name: 'Kitchen', identity: 'kitchen', status: 'waiting' }])
  })

  it('is written when it is new or otherwise, and not when it is said again', () => {
    const house = makersHouse(lampOf())
    const before = house.all('SELECT total_changes() AS n')
    house.send(saying([lampOf()]))
    // What the transaction itself keeps.
    const own = house.all('SELECT total_changes() AS n')
    house.send({ kind: 'maker_reach', source: Z2M, reach: [] })
    const empty = house.all('SELECT total_changes() AS n')
    const [a, b, c] = [before, own, empty].map(([row]) => Number(row?.n))
    expect(Number(b) - Number(a)).toBe(Number(c) - Number(b))
  })

  it.each<[string, string, string]>([
    ['HTML', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['NUL and what a terminal obeys', 'a\0\u001b[31mb', 'a b'],
    ['marks that turn text around', '\u202eevil\u202c', 'evil'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['nothing', '   ', 'E1'],
    ['ten thousand characters', '長'.repeat(10_000), '長'.repeat(255)],
  ])('with %s in its name has a name that every store and terminal takes', (_what, given, name) => {
    const house = makersHouse(lampOf('0x1', { name: given }))
    expect(listed(house)).toMatchObject([{ name }])
    house.send(saying([lampOf('0x1', { name: given, area: given, brand: given })]))
    const device = accepted(house, 'zigbee2mqtt_0x1')
    expect(house.all('SELECT name FROM devices WHERE id = ?', device)).toEqual([{ name }])
  })

  it('that nothing identifies is left out alone, and so is an entity', () => {
    const broken = lampOf('0x2', { identity: 'a\0', identities: ['', 'x'.repeat(300)] })
    const half = lampOf('0x3', {
      entities: [entityOf('0x3', 'light', { uniqueId: 'u'.repeat(300), name: 'Long' }), entityOf('0x3', 'switch')],
    })
    const house = makersHouse(broken, half, lampOf())
    expect(statuses(house)).toEqual(['Lamp waiting', 'Lamp waiting'])
    const device = accepted(house, 'zigbee2mqtt_0x3')
    expect(house.all('SELECT entity_type FROM device_entities WHERE device_id = ?', device)).toEqual([
      { entity_type: 'switch' },
    ])
    expect(listed(house, { status: 'accepted' })).toMatchObject([
      { not_connected: ['Long: its unique id is empty, longer than 255 characters, or no text'] },
    ])
  })

  it('keeps so much of its entities, and says how many there was no room for', () => {
    const many = Array.from({ length: 5_000 }, (_, n) =>
      entityOf(`${n}`, 'sensor', { uniqueId: `sensor/${n}`, entityId: `sensor.n${n}` }),
    )
    const house = makersHouse(lampOf('0x1', { entities: many }))
    const [row] = listed(house)
    const kept = row?.entities ?? 0
    expect(kept).toBeGreaterThan(800)
    expect(row?.not_connected).toEqual([`${5_000 - kept} more entities: there is no room for them`])
    const bytes = house.all<{ n: number }>('SELECT length(CAST(announced AS BLOB)) AS n FROM maker_devices')
    expect(bytes[0]?.n).toBeLessThan(MAKER_LIMITS.announcedBytes + 1_000)
  })
})

describe('many devices', () => {
  const crowd = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => deviceOf(`0x${from + n}`, { name: `D${from + n}` }))

  it('of five thousand entities come in one input, and are accepted in one request', () => {
    const house = makersHouse()
    const devices = Array.from({ length: 100 }, (_, d) =>
      deviceOf(`0x${d}`, {
        name: `D${d}`,
        entities: Array.from({ length: 50 }, (_, n) =>
          entityOf(`${d}_${n}`, 'sensor', { uniqueId: `sensor/${d}_${n}`, entityId: `sensor.d${d}_${n}` }),
        ),
      }),
    )
    const begun = performance.now()
    house.send(saying(devices))
    const heard = performance.now()
    ask(house, commandInput('makers/accept', { all: true }))
    const done = performance.now()
    house.send(saying(devices))
    const again = performance.now()
    process.stdout.write(
      `5,000 entities: heard in ${Math.round(heard - begun)} ms, accepted in ${Math.round(done - heard)} ms, heard again in ${Math.round(again - done)} ms\n`,
    )
    expect(house.all('SELECT count(*) AS n FROM device_entities')).toEqual([{ n: 5_000 }])
    expect(again - begun).toBeLessThan(20_000)
  })

  it('that nobody decided on are so many at most: the one that was not heard for longest gives way, and the health says so', () => {
    const house = makersHouse(...crowd(MAKER_LIMITS.undecided))
    house.now += 120_000
    house.send(saying(crowd(MAKER_LIMITS.undecided - 1, 1), { whole: false }))
    house.now += 120_000
    house.send(saying([deviceOf('0xnew', { name: 'New' })], { whole: false }))
    const waiting = house.all<{ name: string }>('SELECT name FROM maker_devices').map(({ name }) => name)
    expect([waiting.length, waiting.includes('D0'), waiting.includes('New')]).toEqual([
      MAKER_LIMITS.undecided,
      false,
      true,
    ])
    expect(house.effects).toContainEqual(
      expect.objectContaining({ kind: 'problem', problem: expect.objectContaining({ code: 'makers_crowded' }) }),
    )
  })

  it('beyond that which come at once are not kept, and take the place of nobody', () => {
    const house = makersHouse(...crowd(MAKER_LIMITS.undecided + 3))
    expect(house.all('SELECT count(*) AS n FROM maker_devices')).toEqual([{ n: MAKER_LIMITS.undecided }])
    expect(house.effects).toContainEqual(
      expect.objectContaining({ problem: expect.objectContaining({ message: expect.stringContaining('3 of them') }) }),
    )
  })

  it('do not push out what somebody decided on', () => {
    const house = makersHouse(lampOf(), deviceOf('0xignored', { name: 'Ignored' }))
    accepted(house)
    ask(house, commandInput('makers/ignore', { maker: 'Ignored' }))
    house.now += 3_600_000
    house.send(saying(crowd(MAKER_LIMITS.undecided + 1), { whole: false }))
    expect(listed(house, { status: 'accepted' })).toHaveLength(1)
    expect(listed(house, { status: 'ignored' })).toHaveLength(1)
  })
})

describe('a device that is accepted', () => {
  it('follows its announced name until a person names it', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.send(saying([lampOf('0x1', { name: 'Reading lamp' })]))
    expect(names(house)).toEqual(['Reading lamp'])
    expect(eventsOf(house, 'device_renamed')).toHaveLength(1)
    ask(house, commandInput('devices/rename', { device, name: 'Mine' }))
    house.send(saying([lampOf('0x1', { name: 'Theirs' })]))
    expect(names(house)).toEqual(['Mine'])
  })

  it('that was named when it was accepted keeps that name', () => {
    const house = makersHouse(lampOf())
    accepted(house, 'Lamp', { name: 'Desk' })
    house.send(saying([lampOf('0x1', { name: 'Other' })]))
    expect(names(house)).toEqual(['Desk'])
  })

  it('keeps the brand that a person wrote, and follows what was announced', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    ask(house, commandInput('devices/update', { device, detected_brand: 'Home-made' }))
    house.send(saying([lampOf('0x1', { brand: 'Ikea of Sweden', model: 'E2' })]))
    expect(house.all('SELECT detected_brand, detected_model FROM devices')).toEqual([
      { detected_brand: 'Home-made', detected_model: 'E2' },
    ])
  })

  it('has the entities that are announced now: new ones come, others leave and keep their history', () => {
    const house = makersHouse(lampOf())
    accepted(house)
    house.send(saying([lampOf('0x1', { entities: [entityOf('0x1', 'light'), entityOf('0x1', 'select')] })]))
    expect(house.all('SELECT entity_type, is_enabled FROM device_entities ORDER BY entity_type')).toEqual([
      { entity_type: 'light', is_enabled: 1 },
      { entity_type: 'select', is_enabled: 1 },
      { entity_type: 'sensor', is_enabled: 0 },
    ])
  })

  it('does not get an entity that its maker switched off', () => {
    const house = makersHouse(lampOf('0x1', { entities: [entityOf('0x1', 'light', { enabled: false, name: 'Off' })] }))
    accepted(house)
    expect(house.all('SELECT 1 FROM device_entities')).toEqual([])
    expect(listed(house)).toMatchObject([{ not_connected: ['Off: is switched off where it comes from'] }])
  })

  it('leaves when its source says so, and is the same when it comes back under any of its identities', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2', { name: 'Other' }))
    const device = accepted(house)
    house.send({ kind: 'maker_reach', source: Z2M, reach: [{ identity: 'zigbee2mqtt_0x1', available: true }] })
    house.send({
      ...{ kind: 'maker_states', source: Z2M },
      states: [{ uniqueId: 'light/0x1_state', state: true }],
    })
    house.now += 5_000
    house.send(saying([], { whole: false, gone: ['zigbee2mqtt_0x1'] }))
    expect([statusOf(house, device), wanted(house)]).toEqual(['offline left', [[Z2M, []]]])
    expect(statuses(house)).toEqual(['Other waiting', 'Lamp left'])
    expect(house.published('/state/light_0x1')).toMatchObject([{ value: null, available: false }])
    house.now += 5_000
    house.send(saying([lampOf('0x1', { identity: 'lamp/2', identities: ['ieee:0x1'] })], { whole: false }))
    expect(wanted(house)).toEqual([[Z2M, ['lamp/2']]])
    house.send({ kind: 'maker_reach', source: Z2M, reach: [{ identity: 'lamp/2', available: true }] })
    expect([statusOf(house, device), names(house)]).toEqual(['online reachable', ['Lamp']])
    // What it was called at first stands for it still, although it did not say so when it came back.
    const first = { identity: 'zigbee2mqtt_0x1', identities: ['zigbee2mqtt_0x1'] }
    house.send(saying([lampOf('0x1', first)], { whole: false }))
    expect(statuses(house)).toEqual(['Other waiting', 'Lamp accepted'])
  })

  it('leaves when a whole list does not name it, and many that do are one event', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'), deviceOf('0x3'), deviceOf('0x4'))
    ask(house, commandInput('makers/accept', { all: true }))
    house.send(saying([deviceOf('0x4')]))
    expect(house.all('SELECT DISTINCT status_reason FROM devices WHERE name <> ?', 'Device 0x4')).toEqual([
      { status_reason: 'left' },
    ])
    expect(eventsOf(house, 'maker_devices_left', 'device_disconnect')).toEqual(['maker_devices_left'])
  })

  it('stays when a bridge that has just begun says that it has nothing', () => {
    const house = makersHouse(lampOf())
    accepted(house)
    house.send(saying([]))
    expect(statuses(house)).toEqual(['Lamp accepted'])
  })

  it('is never removed by what is published', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2', { name: 'Waits' }))
    accepted(house)
    house.send(saying([deviceOf('0x3', { name: 'Third' })]), saying([], { gone: ['zigbee2mqtt_0x1', 'ieee:0x2'] }))
    expect(statuses(house).sort()).toEqual(['Lamp left', 'Third waiting', 'Waits left'])
    expect(names(house)).toEqual(['Lamp'])
  })

  it('keeps its device when the input is killed on its way', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.restart()
    expect(wanted(house)).toEqual([[Z2M, ['zigbee2mqtt_0x1']]])
    expect(listed(house)).toMatchObject([{ device, status: 'accepted' }])
  })
})

describe('who sees what waits', () => {
  it('is whoever may configure the house of its source, and without one an administrator', () => {
    const house = makersHouse(lampOf())
    const [{ id: home } = { id: '' }] = house.all<{ id: string }>('SELECT id FROM houses')
    house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START + 1}, 0)`)
    house.send(saying([deviceOf('0x9', { name: 'Nobody’s' })], { source: 'spare', house: null }))
    expect(listed(house, {}, memberOf('owner', home)).map(({ name }) => name)).toEqual(['Lamp'])
    expect(listed(house, {}, memberOf('owner', 'other'))).toEqual([])
    expect(listed(house)).toHaveLength(2)
    const sources = (caller?: ReturnType<typeof memberOf>) =>
      query<{ sources: { source: string }[] }>(house, 'makers/sources', {}, caller).sources.map(({ source }) => source)
    expect([sources(memberOf('owner', home)), sources()]).toEqual([[Z2M], ['spare', Z2M]])
    const stranger = commandInput('makers/accept', { maker: 'Lamp' }, { caller: memberOf('owner', 'other') })
    expect(ask(house, stranger)).toMatchObject({ error: { code: 'not_found' } })
  })

  it('is an administrator where the house of a source is not there, and the health says so until it is', () => {
    const house = makersHouse()
    house.send(saying([lampOf()], { source: 'odd', house: 'Castle' }))
    expect(house.effects).toContainEqual(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'makers_house_unknown' }) }),
    )
    const [{ id: home } = { id: '' }] = house.all<{ id: string }>('SELECT id FROM houses')
    expect(listed(house, {}, memberOf('owner', home))).toEqual([])
    expect(listed(house)).toHaveLength(1)
    house.send(saying([lampOf()], { source: 'odd', house: 'home' }))
    expect(house.effects).toContainEqual({ kind: 'problem', name: 'makers_house_unknown:odd', problem: null })
    expect(listed(house, {}, memberOf('owner', home))).toHaveLength(1)
  })

  it('finds the rest of a long list', () => {
    const house = makersHouse(lampOf(), ...['b', 'c', 'd'].map((name) => deviceOf(`0x${name}`, { name })))
    accepted(house)
    const first = query<{ makers: { name: string }[]; next: string }>(house, 'makers/list', { limit: 2 })
    const rest = query<{ makers: { name: string }[] }>(house, 'makers/list', { limit: 9, after: first.next })
    expect([...first.makers, ...rest.makers].map(({ name }) => name)).toEqual(['b', 'c', 'd', 'Lamp'])
  })
})
