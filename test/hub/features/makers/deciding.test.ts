import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../../hub/engine/caller.ts'
import { findAdminCommand } from '../../../../hub/features/commands.ts'
import { accountOf, memberOf } from '../../callers.ts'
import { ask, authorizedFor, commandInput, data, LOCAL, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import {
  accept,
  accepted,
  deviceOf,
  entityOf,
  eventsOf,
  lampOf,
  listed,
  makersHouse,
  reach,
  START,
  saying,
  source,
  states,
  statuses,
  statusOf,
  wanted,
  Z2M,
} from './makers-house.ts'

const homeOf = (house: TestHouse) => String(house.all('SELECT id FROM houses ORDER BY created_at, id')[0]?.id)

const refusal = (
  house: TestHouse,
  verb: `${string}/${string}`,
  params: Record<string, unknown>,
  caller: Caller = LOCAL,
) => ask(house, commandInput(verb, params, { caller })).error

const ignore = (house: TestHouse, device: string) => data(ask(house, commandInput('makers/ignore', { maker: device })))

function otherHouse(house: TestHouse): void {
  house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START + 1}, 0)`)
}

describe('makers accept', () => {
  it('makes a device of it with its entities, and its states are wanted', () => {
    const house = makersHouse(lampOf('0x1', { version: '2.1', via: null }))
    const device = accepted(house)
    expect(wanted(house)).toEqual([[Z2M, ['zigbee2mqtt_0x1']]])
    expect(
      house.all(
        'SELECT name, device_type, device_class, integration_type, connection_method, detected_brand, detected_model, requires_auth, ' +
          'auth_token_hash, discovery_method, discovery_confidence, supported_features, status, hub_id FROM devices WHERE id = ?',
        device,
      ),
    ).toEqual([
      {
        ...{ name: 'Lamp', device_type: 'custom', device_class: 'light', integration_type: 'zigbee2mqtt' },
        ...{ connection_method: 'mqtt', detected_brand: 'IKEA', detected_model: 'E1', requires_auth: 0 },
        ...{ auth_token_hash: null, discovery_method: 'mqtt_discovery', discovery_confidence: 1 },
        ...{ supported_features: '["level","off","on"]', status: 'offline', hub_id: null },
      },
    ])
    expect(house.all('SELECT entity_id, source, key, name, sensor_type FROM device_entities ORDER BY key')).toEqual([
      { entity_id: 'light.0x1', source: Z2M, key: 'light_0x1', name: 'Lamp', sensor_type: null },
      {
        ...{ entity_id: 'sensor.0x1_temperature', source: Z2M, key: 'sensor_0x1_temperature' },
        ...{ name: 'Temperature', sensor_type: 'temperature' },
      },
    ])
    expect(eventsOf(house, 'maker_device_accepted')).toHaveLength(1)
    expect(listed(house)).toMatchObject([{ status: 'accepted', device }])
  })

  it('a second time says so and changes nothing, whoever asks', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    const second = accept(house, 'Lamp', { name: 'Mine' }, accountOf('anna', 'all'))
    expect(second).toEqual({ says: `Lamp is accepted already: it is the device ${device}.`, accepted: [] })
    expect(house.all('SELECT name FROM devices')).toEqual([{ name: 'Lamp' }])
  })

  it('by two people in one batch makes one device', () => {
    const house = makersHouse(lampOf())
    const both = ['anna', 'paul'].map((who) =>
      commandInput('makers/accept', { maker: 'Lamp', name: who }, { caller: accountOf(who, 'all') }),
    )
    house.send(...both)
    expect(house.all('SELECT name FROM devices')).toEqual([{ name: 'anna' }])
    expect(house.published('/anna.1/makers/accept')).toMatchObject([{ data: { accepted: [{ name: 'anna' }] } }])
    expect(house.published('/paul.1/makers/accept')).toMatchObject([{ data: { accepted: [] } }])
  })

  it('puts it into the room that is wished, else into the one that is called as its area', () => {
    const house = makersHouse(
      lampOf('0x1', { area: 'KITCHEN ' }),
      lampOf('0x2', { name: 'B', area: 'Cellar' }),
      lampOf('0x3', { name: 'C', area: 'Kitchen' }),
    )
    house.db.exec(
      `INSERT INTO rooms (id, house_id, name, room_type, created_at, updated_at) VALUES ('r1', '${homeOf(house)}', 'Kitchen', 'kitchen', 0, 0)`,
    )
    const rooms = [accepted(house), accepted(house, 'B'), accepted(house, 'C', { room: 'none' })].map(
      (device) => house.all('SELECT room_id FROM devices WHERE id = ?', device)[0]?.room_id,
    )
    expect(rooms).toEqual(['r1', null, null])
    const d = lampOf('0x4', { name: 'D' })
    house.send(saying([d], { whole: false }))
    expect(refusal(house, 'makers/accept', { maker: 'D', room: 'Kichen' })).toMatchObject({ code: 'not_found' })
    expect(statuses(house)).toContain('D waiting')
  })

  it.each<[string, Parameters<typeof entityOf>[1][], string]>([
    ['a thermostat with a child lock', ['climate', 'switch', 'sensor'], 'climate'],
    ['a plug that measures', ['switch', 'sensor'], 'switch'],
    ['a blind', ['cover'], 'cover'],
    ['a door', ['binary_sensor'], 'sensor'],
    ['nothing', [], 'sensor'],
  ])('says what it is: %s', (_what, components, expected) => {
    const entities = components.map((component) => entityOf('0x1', component))
    const house = makersHouse(lampOf('0x1', { entities }))
    const device = accepted(house)
    expect(house.all('SELECT device_class FROM devices WHERE id = ?', device)).toEqual([{ device_class: expected }])
  })

  it('goes by what a device is for, not by what sets it up', () => {
    const lock = entityOf('0x1', 'switch', { category: 'config' })
    const house = makersHouse(lampOf('0x1', { entities: [lock, entityOf('0x1', 'sensor')] }))
    accepted(house)
    expect(house.all('SELECT device_class FROM devices')).toEqual([{ device_class: 'sensor' }])
  })

  it('knows a device by what it is reached through, whichever is accepted first', () => {
    const bridge = deviceOf('bridge', { name: 'Bridge' })
    const house = makersHouse(
      bridge,
      lampOf('0x1', { via: 'ieee:bridge' }),
      lampOf('0x2', { name: 'B', via: 'zigbee2mqtt_bridge' }),
    )
    const lamp = accepted(house)
    expect(house.all('SELECT hub_id FROM devices WHERE id = ?', lamp)).toEqual([{ hub_id: null }])
    const hub = accepted(house, 'Bridge')
    const second = accepted(house, 'B')
    for (const device of [lamp, second])
      expect(house.all('SELECT hub_id FROM devices WHERE id = ?', device)).toEqual([{ hub_id: hub }])
    expect(house.all('SELECT hub_id FROM devices WHERE id = ?', hub)).toEqual([{ hub_id: null }])
  })

  it('of all asks first, with how many and their names, and does it then', () => {
    const house = makersHouse(lampOf(), ...Array.from({ length: 12 }, (_, n) => deviceOf(`0xa${n}`, { name: `D${n}` })))
    const unconfirmed = commandInput('makers/accept', { all: true })
    delete unconfirmed.request.confirm
    expect(ask(house, unconfirmed)).toMatchObject({
      error: {
        code: 'confirm_needed',
        message: expect.stringMatching(/^13 devices will be accepted: D0 .* and 3 more\./),
      },
    })
    expect(house.all('SELECT 1 FROM devices')).toEqual([])
    const { accepted: done, says } = data<{ accepted: unknown[]; says: string }>(
      ask(house, commandInput('makers/accept', { all: true })),
    )
    expect([done.length, says]).toEqual([13, '13 devices are accepted.'])
    expect(data(ask(house, commandInput('makers/accept', { all: true })))).toEqual({
      says: 'Nothing waits to be accepted.',
      accepted: [],
    })
  })

  it('of more than five hundred takes so many at once, and says how many more wait', () => {
    const house = makersHouse(...Array.from({ length: 502 }, (_, n) => deviceOf(`0x${n}`)))
    const all = () => data<{ says: string }>(ask(house, commandInput('makers/accept', { all: true }))).says
    expect([all(), all(), all()]).toEqual([
      '500 devices are accepted; 2 more wait: say it again.',
      '2 devices are accepted.',
      'Nothing waits to be accepted.',
    ])
  })

  it('of all takes only what waits at the source that is named', () => {
    const house = makersHouse(lampOf())
    house.send(saying([deviceOf('0x7', { name: 'Far' })], { source: 'attic' }))
    data(ask(house, commandInput('makers/accept', { all: true, source: 'attic' })))
    expect(statuses(house)).toEqual(['Lamp waiting', 'Far accepted'])
    expect(refusal(house, 'makers/accept', { all: true, source: 'atic' })).toMatchObject({
      code: 'not_found',
      hint: `Did you mean ${'attic'}? See lares makers sources.`,
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['neither a device nor all', {}],
    ['both', { maker: 'Lamp', all: true }],
    ['one name for all', { all: true, name: 'x' }],
  ])('is refused with %s', (_what, params) => {
    expect(refusal(makersHouse(lampOf()), 'makers/accept', params)).toMatchObject({
      code: 'bad_params',
      message: expect.stringMatching(/^makers accept: (names a device|gives a name)/),
    })
  })

  it('names the nearest for what nobody announced, and the candidates where several have the name', () => {
    const house = makersHouse(lampOf(), lampOf('0x2'))
    expect(refusal(house, 'makers/accept', { maker: 'Lmap' })).toMatchObject({
      code: 'not_found',
      hint: `Did you mean ${'Lamp'}? See lares makers list.`,
    })
    expect(refusal(house, 'makers/accept', { maker: 'lamp' })).toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('zigbee2mqtt_0x1 (zigbee2mqtt, waiting)'),
      hint: 'Name one of them by what identifies it, with --source where two sources say the same.',
    })
    expect(accept(house, 'ieee:0x2').accepted).toHaveLength(1)
    const empty = makersHouse()
    empty.db.exec('DELETE FROM maker_sources')
    expect(refusal(empty, 'makers/accept', { maker: 'Lamp' })).toMatchObject({ hint: 'See lares makers list.' })
    expect(listed(empty)).toEqual([])
    expect(refusal(empty, 'makers/ignore', { maker: 'Lamp', source: 'x' })).toMatchObject({
      hint: 'See lares makers sources.',
    })
  })

  it('of what has left is refused until it is announced again', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'))
    house.send(saying([deviceOf('0x2')]))
    expect(refusal(house, 'makers/accept', { maker: 'Lamp' })).toMatchObject({
      code: 'bad_params',
      message: 'zigbee2mqtt no longer has Lamp',
      hint: 'It waits to be accepted once it is announced again.',
    })
    house.send(saying([lampOf()], { whole: false }))
    expect(accept(house, 'Lamp').accepted).toHaveLength(1)
  })

  it('is for whoever may configure the house of the source, and the house that is wished', () => {
    const house = makersHouse(lampOf())
    otherHouse(house)
    const home = homeOf(house)
    expect(refusal(house, 'makers/accept', { maker: 'Lamp' }, memberOf('resident', home))?.code).toBe('forbidden')
    const owner = memberOf('owner', home)
    expect(refusal(house, 'makers/accept', { maker: 'Lamp', house: 'Other' }, owner)?.code).toBe('not_found')
    expect(accept(house, 'Lamp', {}, owner).accepted).toHaveLength(1)
    expect(house.all('SELECT house_id FROM devices')).toEqual([{ house_id: home }])
  })

  it('of a source without a house asks for one where there are several', () => {
    const house = makersHouse()
    otherHouse(house)
    house.send(saying([lampOf()], { source: 'spare', house: null }))
    expect(refusal(house, 'makers/accept', { maker: 'Lamp' })).toMatchObject({ message: 'which house?' })
    expect(accept(house, 'Lamp', { house: 'Other' }).accepted).toHaveLength(1)
    expect(house.all('SELECT house_id FROM devices')).toEqual([{ house_id: 'other' }])
  })
})

describe('makers ignore', () => {
  it('holds under another name, topic or source, as long as anything of it is the same', () => {
    const house = makersHouse(lampOf())
    ignore(house, 'Lamp')
    house.send(
      saying([lampOf('0x1', { name: 'New', identity: 'new/topic', identities: ['new/topic', 'ieee:0x1'] })]),
      saying([deviceOf('0x1', { name: 'Again', identity: 'ha-1', identities: ['ha-1', 'ieee:0x1'] })], {
        source: 'ha',
      }),
    )
    expect(statuses(house).sort()).toEqual(['Again ignored', 'New ignored'])
    // Known by the new name alone, it is still the same.
    house.send(saying([lampOf('0x1', { name: 'Third', identity: 'new/topic', identities: ['new/topic'] })]))
    expect(statuses(house)).toContain('Third ignored')
  })

  it('holds when it went and came back', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'))
    ignore(house, 'Lamp')
    house.send(saying([deviceOf('0x2')]), saying([lampOf(), deviceOf('0x2')]))
    expect(statuses(house)).toEqual(['Device 0x2 waiting', 'Lamp ignored'])
  })

  it('is of one house: what another one ignores is its own', () => {
    const house = makersHouse(lampOf())
    otherHouse(house)
    ignore(house, 'Lamp')
    house.send(saying([lampOf()], { source: 'theirs', house: 'Other' }))
    expect(listed(house, { source: 'theirs' })).toMatchObject([{ status: 'waiting' }])
  })

  it('is taken back by accepting it, and refused for what is accepted', () => {
    const house = makersHouse(lampOf())
    ignore(house, 'Lamp')
    expect(ignore(house, 'Lamp')).toMatchObject({ says: 'Lamp is ignored already.' })
    const device = accepted(house)
    expect(refusal(house, 'makers/ignore', { maker: 'Lamp' })).toMatchObject({
      code: 'bad_params',
      hint: `Take it out first: lares devices revoke ${device}`,
    })
  })
})

describe('a device that is taken out', () => {
  it.each(['devices/revoke', 'devices/erase'] as const)('by %s waits again, and its states are not wanted', (verb) => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.send(reach('zigbee2mqtt_0x1', true), states({ uniqueId: 'light/0x1_state', state: true }))
    data(ask(house, commandInput(verb, { device })))
    expect(wanted(house)).toEqual([[Z2M, []]])
    expect(listed(house)).toMatchObject([{ status: 'waiting', device: null }])
    house.send(states({ uniqueId: 'light/0x1_state', state: false }))
    expect(eventsOf(house, 'state_changed')).toHaveLength(1)
    const again = accepted(house)
    expect(again).not.toBe(device)
    expect(house.all('SELECT device_id FROM device_entities WHERE unique_id = ?', 'light/0x1_state')).toEqual([
      { device_id: again },
    ])
  })

  it('while it had left stays one that left', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'))
    const device = accepted(house)
    house.send(saying([deviceOf('0x2')]))
    data(ask(house, commandInput('devices/revoke', { device })))
    expect(listed(house, { status: 'left' })).toMatchObject([{ name: 'Lamp', device: null }])
    house.send(saying([lampOf()], { whole: false }))
    expect(statuses(house)).toContain('Lamp waiting')
  })
})

describe('lares makers sources', () => {
  it('says how each is, since when, and what it has', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'))
    accepted(house)
    house.now += 60_000
    house.send(source(false, 'the broker refuses the password'))
    house.send(states({ uniqueId: 'nobody', state: 1 }))
    house.tick(120_000)
    expect(query(house, 'makers/sources')).toEqual({
      sources: [
        {
          ...{ source: Z2M, state: 'away', since: START + 60_000, reason: 'the broker refuses the password' },
          ...{ waiting: 1, accepted: 1, ignored: 0, left: 0, dialect: 'zigbee2mqtt', house: 'Home', dropped: 1 },
        },
      ],
    })
  })

  it('leaves out one that is gone and had nothing', () => {
    const house = makersHouse()
    expect(query(house, 'makers/sources')).toMatchObject({ sources: [{ source: Z2M }] })
    house.send({ kind: 'maker_sources', sources: [] })
    expect(query(house, 'makers/sources')).toMatchObject({ sources: [] })
  })

  it('that hub.toml does not name any more keep their devices, which are offline until they are named again', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.send(reach('zigbee2mqtt_0x1', true))
    house.send({ kind: 'maker_sources', sources: [] })
    expect([statusOf(house, device), statuses(house)]).toEqual(['offline source_gone', ['Lamp accepted']])
    expect(query(house, 'makers/sources')).toMatchObject({ sources: [{ state: 'not in hub.toml' }] })
    house.send({ kind: 'maker_sources', sources: [{ key: Z2M, dialect: 'zigbee2mqtt', house: 'Home' }] })
    house.send(source(true))
    expect(statusOf(house, device)).toBe('online reachable')
  })

  it('cannot be called as devices call themselves', () => {
    const house = makersHouse()
    expect(house.send(saying([lampOf()], { source: 'lares' }), saying([lampOf()]))).toEqual(['rejected', 'stored'])
    expect(statuses(house)).toEqual(['Lamp waiting'])
  })
})

it('what all would accept is asked of those of the house alone', () => {
  const house = makersHouse(lampOf())
  otherHouse(house)
  const command = findAdminCommand('makers', 'accept')
  const asking = (caller: Caller) => ({ db: house.db, caller: authorizedFor('makers/accept', caller), now: house.now })
  const params = command?.params.parse({ all: true })
  expect(command?.danger?.(asking(memberOf('owner', 'other')), params)).toBe(null)
  expect(command?.danger?.(asking(memberOf('owner', homeOf(house))), params)).toMatch(/^1 devices will/)
})
