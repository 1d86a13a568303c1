import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDoneBy, isDoneWhenTold } from '../../../../hub/features/control/order-outcome.ts'
import { DIALECTS } from '../../../../hub/makers/dialects.ts'
import { bytesOf, HeardHouse } from './heard-house.ts'
import { HOMEASSISTANT_FIXTURE } from './homeassistant-fixture.ts'
import { TASMOTA_FIXTURE } from './tasmota-fixture.ts'
import { ZIGBEE2MQTT_FIXTURE } from './zigbee2mqtt-fixture.ts'

const FIXTURES = [ZIGBEE2MQTT_FIXTURE, TASMOTA_FIXTURE, HOMEASSISTANT_FIXTURE]
const NAME = 'Kitchen/lamp'
const OTHER = 'porch'

/** What anybody may publish where an announcement is expected. */
const RUBBISH: [string, unknown][] = [
  ['no JSON', '{"half":'],
  ['a word', 'hello'],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['a number', '7'],
  ['40 MB', Buffer.alloc(40 * 1024 * 1024, 0x20)],
  ['nested without end', `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`],
  ['a NUL', '\u0000'],
]

it('a dialect has a fixture for the contract', () => {
  expect(new Set(FIXTURES.map(({ dialect }) => dialect))).toEqual(new Set(DIALECTS.values()))
})

describe.each(FIXTURES.map((fixture) => [fixture.dialect.name, fixture] as const))('the dialect %s', (_, fixture) => {
  const [prefix, second] = fixture.prefixes
  const identity = fixture.identities(prefix)[0] ?? ''

  /** A house whose device is announced, wanted and there. */
  function houseWith(name = NAME): HeardHouse {
    const house = new HeardHouse(fixture.dialect, prefix)
    house.hear(fixture.announce(prefix, name))
    house.roster.want([identity])
    house.hear(fixture.online(prefix, name))
    return house
  }
  const entitiesIn = (house: HeardHouse, name = NAME) =>
    house
      .hear(fixture.announce(prefix, name))
      .devices.findLast((device) => device.identities.includes(identity))
      ?.entities.map(({ uniqueId }) => uniqueId)

  it('makes a device of an announcement, with what identifies it and entities that have unique ids', () => {
    const { devices, trouble } = new HeardHouse(fixture.dialect, prefix).hear(fixture.announce(prefix, NAME))
    const device = devices.findLast(({ identities }) => identities.includes(identity))
    expect(device).toMatchObject({ identities: fixture.identities(prefix), name: NAME })
    expect(device?.entities.map(({ uniqueId }) => uniqueId)).toEqual(fixture.uniqueIds(prefix))
    expect([structuredClone(device), trouble]).toEqual([device, null])
  })

  it('says the same of the same announcement, and forgets no state for it', () => {
    const house = houseWith()
    const [on] = fixture.states(prefix, NAME)
    house.hear([on.message])
    const again = house.hear(fixture.announce(prefix, NAME))
    const first = new HeardHouse(fixture.dialect, prefix).hear(fixture.announce(prefix, NAME))
    expect([again.devices.at(-1), again.gone]).toEqual([first.devices.at(-1), []])
    expect(house.hear([on.message]).states).toEqual([])
  })

  it('knows it by another name, and hears it where it is called so', () => {
    const house = houseWith()
    const before = entitiesIn(house)
    const renamed = house.hear(fixture.announce(prefix, OTHER))
    const device = renamed.devices.findLast(({ identities }) => identities.includes(identity))
    expect([device?.identity, device?.name, renamed.gone]).toEqual([identity, OTHER, []])
    expect(device?.entities.map(({ uniqueId }) => uniqueId)).toEqual(before)
    const [on] = fixture.states(prefix, OTHER)
    expect(house.hear([on.message]).states).toMatchObject([{ uniqueId: on.uniqueId, state: on.state }])
  })

  it('says that it is gone when it is taken back, and that it is there when it comes back', () => {
    const house = houseWith()
    expect(house.hear(fixture.withdraw(prefix)).gone).toEqual([identity])
    const [on] = fixture.states(prefix, NAME)
    expect(house.hear([on.message]).states).toEqual([])
    expect(entitiesIn(house)).toEqual(fixture.uniqueIds(prefix))
  })

  it.each(RUBBISH)('tells of an announcement that is %s, and keeps what it knows', (_what, payload) => {
    const house = houseWith()
    for (const { topic } of fixture.announce(prefix, NAME)) {
      const news = house.hear([{ topic, payload }])
      expect(news).toMatchObject({ devices: [], gone: [], whole: false, trouble: expect.stringMatching(/\w/) })
    }
    const [on] = fixture.states(prefix, NAME)
    expect(house.hear([on.message]).states).toHaveLength(1)
  })

  it('reads an announcement whatever stands in it, and what it makes of it can be heard and told', () => {
    const wrong = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>('__proto__', 'a\u0000b', -1, 1e300, [], {}, null))
    const messages = fixture.announce(prefix, NAME)
    const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString'), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(fc.nat(), fc.nat(), wrong, key, (at, where, value, added) => {
        const house = houseWith()
        const message = messages[at % messages.length]
        if (!message) return
        const payload = damaged(message.payload, { where, value, added })
        const news = house.hear([{ ...message, payload }])
        for (const { name } of news.devices) expect(name ?? '').not.toContain('\u0000')
        house.hear([...fixture.states(prefix, NAME).map((state) => state.message), ...fixture.online(prefix, NAME)])
        for (const uniqueId of fixture.uniqueIds(prefix))
          try {
            house.roster.order(uniqueId, { order: 'on' })
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad_params' })
          }
      }),
      { numRuns: 300 },
    )
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  it('makes a state of what is published, and nothing of what cannot be one', () => {
    const house = houseWith()
    for (const { message, uniqueId, state } of fixture.states(prefix, NAME)) {
      expect(house.hear([message]).states).toMatchObject([{ uniqueId, state }])
      for (const [, payload] of RUBBISH) expect(house.hear([{ ...message, payload }]).states).toEqual([])
      expect(house.hear([{ ...message, payload: '{"__proto__":{"polluted":1}}' }]).states).toEqual([])
    }
  })

  it('says who can be reached, and that nobody can', () => {
    const house = new HeardHouse(fixture.dialect, prefix)
    house.hear(fixture.announce(prefix, NAME))
    house.roster.want([identity])
    expect(house.hear(fixture.online(prefix, NAME)).reach).toEqual([{ identity, available: true }])
    expect(house.hear(fixture.offline(prefix, NAME)).reach).toEqual([{ identity, available: false }])
    expect(house.hear(fixture.offline(prefix, NAME)).reach).toEqual([])
  })

  it('loses nothing when the program that speaks for it begins anew', () => {
    const house = houseWith()
    const [on, off] = fixture.states(prefix, NAME)
    house.hear([on.message])
    const anew = [...fixture.offline(prefix, NAME), ...fixture.announce(prefix, NAME), ...fixture.online(prefix, NAME)]
    expect(house.hear(anew)).toMatchObject({ gone: [], states: [], reach: [{ available: false }, { available: true }] })
    expect(house.hear([off.message]).states).toMatchObject([{ uniqueId: off.uniqueId, state: off.state }])
  })

  it('takes what the broker kept of a state as one, and what it kept of an announcement that was taken back as none', () => {
    const house = houseWith()
    const [on] = fixture.states(prefix, NAME)
    expect(house.hear([{ ...on.message, retained: true }]).states).toMatchObject([{ state: on.state }])
    house.hear(fixture.withdraw(prefix))
    expect(house.hear(fixture.withdraw(prefix)).gone).toEqual([])
  })

  it('keeps two programs at one broker apart', () => {
    const [here, there] = [new HeardHouse(fixture.dialect, prefix), new HeardHouse(fixture.dialect, second)]
    const all = [...fixture.announce(prefix, NAME), ...fixture.announce(second, NAME)]
    for (const [house, at] of [
      [here, prefix],
      [there, second],
    ] as const) {
      const named = house.hear(all).devices.flatMap((device) => device.identities)
      const elsewhere = at === prefix ? second : prefix
      expect(named).toEqual(expect.arrayContaining([...fixture.identities(at)]))
      for (const one of fixture.identities(elsewhere)) expect(named).not.toContain(one)
      house.roster.want([...fixture.identities(prefix), ...fixture.identities(second)])
    }
    const [on] = fixture.states(second, NAME)
    expect(here.hear([on.message]).states).toEqual([])
    expect(there.hear([on.message]).states).toHaveLength(1)
    expect(here.roster.order(on.uniqueId, { order: 'on' })).toBeNull()
  })

  it.each(fixture.actuators.all.map((one) => [one.what, one] as const))('tells %s', (_what, actuator) => {
    const { uniqueId, order, told, before, after } = actuator
    const house = new HeardHouse(fixture.dialect, prefix)
    const { devices } = house.hear(fixture.actuators.announce)
    house.roster.want(devices.flatMap(({ identities }) => [...identities]))
    house.hear(before)
    expect(house.roster.order(uniqueId, order)).toMatchObject(told)
    expect(house.roster.order(uniqueId, order)).toHaveLength(told.length)
    const entity = devices.flatMap(({ entities }) => entities).find((one) => one.uniqueId === uniqueId)
    expect(entity?.orders).toContain(order.order)
    expect(isDoneWhenTold(order, entity?.limits)).toBe(after === null)
    expect(isDoneBy(order, house.state(uniqueId), entity?.limits)).toBe(false)
    if (after === null) return
    house.hear(after)
    expect(isDoneBy(order, house.state(uniqueId), entity?.limits)).toBe(true)
  })

  it('says what makes a device say its state, if anything does', () => {
    const house = houseWith()
    expect(asksOf(house)).toEqual(fixture.asks)
  })
})

/** An announcement with something wrong at one of its places. */
function damaged(payload: unknown, { where, value, added }: { where: number; value: unknown; added: string }): unknown {
  const text = Buffer.from(bytesOf(payload)).toString()
  if (text === '') return value
  const root: unknown = JSON.parse(text)
  const places: [Record<string, unknown>, string][] = []
  const walk = (inside: unknown) => {
    if (typeof inside !== 'object' || inside === null) return
    places.push([inside as Record<string, unknown>, added])
    for (const key of Object.keys(inside)) {
      places.push([inside as Record<string, unknown>, key])
      walk((inside as Record<string, unknown>)[key])
    }
  }
  walk(root)
  const [object, key] = places[where % places.length] ?? [{}, '']
  if (Array.isArray(object) && !Object.hasOwn(object, key)) object.push(value)
  else if (!Array.isArray(object) || key !== 'length')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  return JSON.stringify(root)
}

function asksOf(house: HeardHouse): unknown[] {
  const asks: unknown[] = []
  for (let ask = house.roster.nextAsk(); ask !== null; ask = house.roster.nextAsk())
    asks.push({ topic: ask.topic, payload: ask.payload })
  return asks
}
