import { describe, expect, it } from 'vitest'
import type { Announced, Dialect } from '../../../hub/dialects/dialect.ts'
import type { Announcement, SaidDevice, SaidEntity } from '../../../hub/dialects/said.ts'
import { ZIGBEE2MQTT } from '../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import { deviceWords } from '../../../hub/makers/maker-device.ts'
import { type News, Roster } from '../../../hub/makers/roster.ts'
import { ALL_DEVICES, BUTTON, COORDINATOR, DOOR, LAMP } from '../dialects/zigbee2mqtt/devices.ts'

const LAMP_IDENTITY = 'zigbee2mqtt_0x00158d0000000001'
const DOOR_IDENTITY = 'zigbee2mqtt_0x00158d0000000002'
const MINUTE = 60_000

const ENTITY: SaidEntity = {
  ...{ part: '', uniqueId: '', entityId: 'sensor.p', component: 'sensor', name: null, deviceClass: null, icon: null },
  ...{ category: null, enabled: true, measures: null, options: null, range: null, expiresAfterS: null, listens: [] },
  ...{ availability: { mode: 'all', topics: [] }, orders: [], write: () => [] },
}

/** As the engine is told of devices, and states without when they were heard. */
const inWords = (news: News) => ({
  ...news,
  devices: news.devices.map(deviceWords),
  states: news.states.map(({ heard: _heard, ...state }) => state),
})
type Told = ReturnType<typeof inWords>

/** A Zigbee2MQTT whose messages a roster hears. */
class Bridge {
  readonly roster = new Roster(ZIGBEE2MQTT, 'zigbee2mqtt')
  now = 1_000_000

  say(topic: string, payload: unknown, retained = false): Told {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const message = { topic: `zigbee2mqtt/${topic}`, payload: Buffer.from(text), retained }
    return inWords(this.roster.hear(message, this.now))
  }

  announce(...devices: unknown[]): Told {
    return this.say('bridge/devices', devices, true)
  }
}

function bridgeWith(...devices: unknown[]): Bridge {
  const bridge = new Bridge()
  bridge.announce(...devices)
  bridge.roster.want([LAMP_IDENTITY, DOOR_IDENTITY, 'zigbee2mqtt_0x00158d0000000003'])
  return bridge
}

describe('a roster', () => {
  it('tells what there is, in words that another thread can be sent', () => {
    const { devices, gone, whole, trouble } = new Bridge().announce(...ALL_DEVICES)
    expect(structuredClone(devices)).toEqual(devices)
    expect(devices.map(({ identity, entities }) => [identity, entities.length])).toContainEqual([LAMP_IDENTITY, 4])
    expect({ count: devices.length, gone, whole, trouble }).toEqual({
      count: 10,
      gone: [],
      whole: false,
      trouble: null,
    })
  })

  it('wants to hear announcements, and the devices that are wanted, by the names that they have now', () => {
    const bridge = new Bridge()
    bridge.announce(LAMP, DOOR)
    const lists = ['devices', 'groups', 'event'].map((one) => `zigbee2mqtt/bridge/${one}`)
    expect([...bridge.roster.filters]).toEqual(lists)
    bridge.roster.want(['ieee:00158d0000000001'])
    const wanted = (name: string) => [
      ...lists,
      ...[name, 'bridge/state', `${name}/availability`].map((one) => `zigbee2mqtt/${one}`),
    ]
    expect([...bridge.roster.filters]).toEqual(wanted('Kitchen/lamp'))
    bridge.announce({ ...LAMP, friendly_name: 'other' }, DOOR)
    expect([...bridge.roster.filters]).toEqual(wanted('other'))
  })

  it('tells once whether a device can be reached that is wanted later than others of its bridge', () => {
    const bridge = new Bridge()
    bridge.announce(LAMP, DOOR)
    bridge.roster.want([LAMP_IDENTITY])
    bridge.say('bridge/state', { state: 'online' }, true)
    bridge.roster.want([LAMP_IDENTITY, DOOR_IDENTITY])
    expect(bridge.roster.joined().reach).toEqual([{ identity: DOOR_IDENTITY, available: true }])
    expect(bridge.roster.joined().reach).toEqual([])
    expect(bridge.say('bridge/state', { state: 'offline' }).reach).toHaveLength(2)
  })

  it('tells a state when it is another, or after ten minutes, and one that belongs to nobody who is wanted never', () => {
    const bridge = bridgeWith(DOOR)
    const contact = () => bridge.say('front_door', { contact: false, battery: 90 }).states
    expect(contact()).toEqual([
      { uniqueId: 'binary_sensor/0x00158d0000000002_contact', state: true },
      { uniqueId: 'sensor/0x00158d0000000002_battery', state: 90 },
    ])
    expect(contact()).toEqual([])
    bridge.now += 10 * MINUTE
    expect(contact()).toHaveLength(2)
    expect(bridge.say('radiator', { local_temperature: 3 }).states).toEqual([])
  })

  it('tells attributes whole, with the state that goes with them', () => {
    const bridge = bridgeWith(LAMP)
    bridge.say('Kitchen/lamp', { state: 'ON', brightness: 254, color_temp: 300 })
    expect(bridge.say('Kitchen/lamp', { brightness: 127 }).states).toEqual([
      {
        uniqueId: 'light/0x00158d0000000001_state',
        state: true,
        attributes: { brightness: 128, color_temp_kelvin: 3333 },
      },
    ])
  })

  it('tells what happens each time that it happens, and not what the broker kept of it', () => {
    const bridge = bridgeWith(BUTTON)
    const press = (retained = false) => bridge.say('bedside button', { action: 'single' }, retained).states
    expect(press(true)).toEqual([])
    const pressed = { uniqueId: 'event/0x00158d0000000003_action', state: 'single', isEvent: true }
    expect([press(), press()]).toEqual([[pressed], [pressed]])
  })

  it('tells so much of a door that flaps a hundred times a second, how it is in the end, and how much it did not tell', () => {
    const bridge = bridgeWith(DOOR)
    const told: Told[] = []
    for (let at = 0; at < 6_001; at += 1) {
      bridge.now += 10
      told.push(bridge.say('front_door', { contact: at % 2 === 0 }))
      if (at % 100 === 99) told.push(inWords(bridge.roster.due(bridge.now)))
    }
    const states = () => told.flatMap((news) => news.states.map(({ state }) => state))
    const dropped = () => told.reduce((sum, news) => sum + news.dropped, 0)
    bridge.now += 1_000
    told.push(inWords(bridge.roster.due(bridge.now)))
    expect(states().length).toBeGreaterThan(60)
    expect(states().length).toBeLessThanOrEqual(82)
    expect([states().at(-1), states().length + dropped()]).toEqual([false, 6_001])
    expect([bridge.roster.isHolding, bridge.roster.due(bridge.now).states]).toEqual([false, []])
  })

  it('tells in the end how a door is that flapped', () => {
    const bridge = bridgeWith(DOOR)
    const said = Array.from({ length: 30 }, (_, at) => bridge.say('front_door', { contact: at % 2 === 0 }).states)
    expect(said.flat()).toHaveLength(20)
    expect(bridge.roster.due(bridge.now)).toMatchObject({ states: [] })
    bridge.now += 1_000
    const state = { uniqueId: 'binary_sensor/0x00158d0000000002_contact', state: true }
    expect(bridge.roster.due(bridge.now).states).toEqual([{ ...state, heard: bridge.now - 1_000 }])
    expect([bridge.roster.isHolding, bridge.roster.due(bridge.now).states]).toEqual([false, []])
  })

  it('tells every number that comes ten times a second, and so many of one that comes a thousand times', () => {
    const bridge = bridgeWith(DOOR)
    const toldOf = (everyMs: number) => {
      let told = 0
      for (let at = 0; at < 60_000; at += everyMs) {
        bridge.now += everyMs
        told += bridge.say('front_door', { battery: (at / everyMs) % 97 }).states.length
      }
      return told
    }
    expect(toldOf(100)).toBe(600)
    expect(toldOf(1)).toBeLessThanOrEqual(100 + 60 * 20)
  })

  it('leaves out what happens more often than anybody presses, and tells nothing of it later', () => {
    const bridge = bridgeWith(BUTTON)
    const told: Told[] = []
    for (let at = 0; at < 1_000; at += 1) {
      bridge.now += 1
      told.push(bridge.say('bedside button', { action: 'single' }))
    }
    const presses = told.flatMap(({ states }) => states).length
    expect(presses).toBeLessThanOrEqual(60)
    expect(presses + told.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(1_000)
    bridge.now += MINUTE
    expect([bridge.roster.isHolding, bridge.roster.due(bridge.now).states]).toEqual([false, []])
  })

  it('holds nothing back of who is not wanted any more', () => {
    const bridge = bridgeWith(DOOR)
    for (let at = 0; at < 100; at += 1) bridge.say('front_door', { contact: at % 2 === 0 })
    bridge.roster.want([])
    expect([...bridge.roster.filters]).not.toContain('zigbee2mqtt/front_door')
    bridge.now += MINUTE
    expect([bridge.roster.due(bridge.now).states, bridge.roster.isHolding]).toEqual([[], false])
  })

  it('tells once who can be reached, and again when it is otherwise or the connection was lost', () => {
    const bridge = bridgeWith(LAMP)
    expect(bridge.say('bridge/state', { state: 'online' }, true).reach).toEqual([
      { identity: LAMP_IDENTITY, available: true },
    ])
    expect(bridge.say('Kitchen/lamp/availability', { state: 'online' }).reach).toEqual([])
    expect(bridge.say('Kitchen/lamp/availability', { state: 'offline' }).reach).toEqual([
      { identity: LAMP_IDENTITY, available: false },
    ])
    expect(bridge.say('bridge/state', { state: 'online' }).reach).toEqual([])
    bridge.roster.lost()
    expect(bridge.say('bridge/state', { state: 'online' }).reach).toEqual([
      { identity: LAMP_IDENTITY, available: false },
    ])
  })

  it('says who left, and knows who came back under another name', () => {
    const bridge = bridgeWith(LAMP, DOOR)
    expect(bridge.announce(DOOR).gone).toEqual([LAMP_IDENTITY])
    const { devices, gone } = bridge.announce(DOOR, { ...LAMP, friendly_name: 'porch' })
    expect({ names: devices.map(({ name }) => name), gone }).toEqual({ names: ['front_door', 'porch'], gone: [] })
    expect(bridge.say('porch', { state: 'ON' }).states).toHaveLength(1)
  })

  it('forgets nobody because of a list that cannot be read', () => {
    const bridge = bridgeWith(LAMP)
    const news = bridge.say('bridge/devices', '[{"ieee_address"')
    expect(news).toMatchObject({ devices: [], gone: [], whole: false, trouble: 'the list of devices is no JSON list' })
    expect(bridge.say('Kitchen/lamp', { state: 'ON' }).states).toHaveLength(1)
  })

  it('reads no list that is all members, which would take forty times its length', () => {
    const bridge = bridgeWith(LAMP)
    const news = bridge.say('bridge/devices', `[${'{},'.repeat(300_000)}{}]`)
    expect(news).toMatchObject({
      whole: false,
      devices: [],
      gone: [],
      trouble: expect.stringMatching(/300000 members/),
    })
    expect(bridge.say('Kitchen/lamp', { state: 'ON' }).states).toHaveLength(1)
  })

  it('connects so many entities of a list, and knows the devices of the others', () => {
    const exposes = Array.from({ length: 512 }, (_, n) => ({ type: 'binary', property: `p${n}`, access: 1 }))
    const devices = Array.from({ length: 70 }, (_, n) => ({
      ...{
        ieee_address: `0x${(0x1000000000000000n + BigInt(n)).toString(16)}`,
        friendly_name: `d${n}`,
        supported: true,
      },
      definition: { exposes },
    }))
    const told = new Bridge().announce(...devices).devices
    expect(told.map(({ entities }) => entities.length)).toEqual(
      Array.from({ length: 70 }, (_, n) => (n < 64 ? 512 : 0)),
    )
    expect(told.at(-1)?.notConnected).toMatchObject([{ reason: 'its source announces more than 32768 entities' }])
  })

  it('makes messages of an order for who is wanted, and knows no other', () => {
    const { roster } = bridgeWith(LAMP, COORDINATOR)
    expect(roster.order('light/0x00158d0000000001_state', { order: 'on' })).toEqual([
      { topic: 'zigbee2mqtt/Kitchen/lamp/set', payload: '{"state":"ON"}', qos: 1, retain: false },
    ])
    expect(roster.order('light/0x1_state', { order: 'on' })).toBeNull()
  })
})

describe('devices that several messages announce', () => {
  const about = (identities: string[], more: Partial<SaidDevice> = {}): SaidDevice => ({
    ...{ identities, name: null, brand: null, model: null, version: null, via: null, area: null },
    ...more,
  })
  const announcement = (topic: string, device: SaidDevice): Announcement => ({
    ...{ topic, origin: null, device, entities: [], notConnected: [], removed: [] },
  })
  /** Says what it is handed, by number. */
  const rosterOf = (...messages: Partial<Announced>[]) => readerOf(...messages).say
  function readerOf(...messages: Partial<Announced>[]): { say: (number: number) => Told; roster: Roster } {
    const dialect: Dialect = {
      name: 'test',
      prefix: 'test',
      announcing: (prefix) => [`${prefix}/#`],
      reader:
        () =>
        ({ topic }) => ({
          ...{ announcements: [], removed: [], whole: false, replaces: false, trouble: null },
          ...messages[Number(topic.split('/')[1])],
        }),
    }
    const roster = new Roster(dialect, 'test')
    const message = (number: number) => ({ topic: `test/${number}`, payload: Buffer.alloc(0), retained: false })
    return { say: (number) => inWords(roster.hear(message(number), 0)), roster }
  }

  it('are one when they share an identity, with what each of them says', () => {
    const say = rosterOf(
      { announcements: [announcement('a', about(['one'], { name: 'Lamp' }))] },
      { announcements: [announcement('b', about(['one', 'mac:01'], { brand: 'IKEA' }))] },
      { removed: ['a'] },
      { removed: ['b'] },
    )
    say(0)
    expect(say(1).devices).toMatchObject([
      { identity: 'one', identities: ['one', 'mac:01'], name: 'Lamp', brand: 'IKEA' },
    ])
    expect(say(2)).toMatchObject({ devices: [{ identity: 'one', name: null, brand: 'IKEA' }], gone: [] })
    expect(say(3)).toMatchObject({ devices: [], gone: ['one'] })
  })

  it('become the older one when it turns out that two are one', () => {
    const say = rosterOf(
      { announcements: [announcement('a', about(['one']))] },
      { announcements: [announcement('b', about(['two']))] },
      { announcements: [announcement('c', about(['two', 'one'], { name: 'both' }))] },
    )
    say(0)
    say(1)
    expect(say(2)).toMatchObject({ devices: [{ identity: 'one', name: 'both' }], gone: ['two'] })
  })

  it('are forgotten when there is no room, the one that was heard longest ago first, but for those that are wanted', () => {
    const entity = (part: number): SaidEntity => ({ ...ENTITY, part: `p${part}`, uniqueId: `sensor/p${part}` })
    const entities = Array.from({ length: 1_000 }, (_, part) => entity(part))
    const messages = Array.from({ length: 60 }, (_, n) => ({
      announcements: [{ ...announcement(`topic ${n}`, about([`device ${n}`])), entities }],
    }))
    const { say, roster } = readerOf(...messages)
    roster.want(['device 0'])
    const told = messages.map((_, n) => say(n))
    expect(told.flatMap(({ gone }) => gone)).toEqual([])
    expect(told.filter(({ trouble }) => trouble !== null)).toHaveLength(60 - roster.size)
    expect(roster.size).toBeLessThanOrEqual(32)
    expect(roster.order('sensor/p7', { order: 'on' })).toEqual([])
    say(1)
    roster.want(['device 1', 'device 59'])
    expect(roster.order('sensor/p7', { order: 'on' })).toEqual([])
  })

  it('are others when one of their topics speaks of another device', () => {
    const say = rosterOf(
      { announcements: [announcement('a', about(['one']))] },
      { announcements: [announcement('a', about(['two']))] },
    )
    say(0)
    expect(say(1)).toMatchObject({ devices: [{ identity: 'two' }], gone: ['one'] })
  })
})
