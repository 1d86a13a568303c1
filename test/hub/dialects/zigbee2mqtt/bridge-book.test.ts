import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Announced } from '../../../../hub/dialects/dialect.ts'
import { ZIGBEE2MQTT } from '../../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import { BLIND, COLOUR_LAMP, COORDINATOR, DOOR, LAMP, TWO_GANG } from './devices.ts'

/** A bridge, whose messages are read in their order: zigbee2mqtt.io, "MQTT Topics and Messages". */
function bridge(prefix = 'zigbee2mqtt') {
  const read = ZIGBEE2MQTT.reader(prefix)
  const say = (what: string, payload: unknown): Announced =>
    read({ topic: `${prefix}/bridge/${what}`, payload: Buffer.from(JSON.stringify(payload)) })
  return {
    devices: (...list: unknown[]) => say('devices', [COORDINATOR, ...list]),
    groups: (...list: unknown[]) => say('groups', list),
    event: (type: string, data: Record<string, unknown> = {}) => say('event', { type, data: { ...NEW, ...data } }),
  }
}

const ADDRESS = '0x90fd9ffffe6494fc'
const NEW = { ieee_address: ADDRESS, friendly_name: ADDRESS }
const TOPIC = `zigbee2mqtt/bridge/devices/${ADDRESS}`
const LAMP_TOPIC = `zigbee2mqtt/bridge/devices/${LAMP.ieee_address}`
const member = ({ ieee_address }: { ieee_address: string }, endpoint: number | string = 1) => ({
  ieee_address,
  endpoint,
})
const group = (id: number, friendly: string, ...members: unknown[]) => ({
  ...{ id, friendly_name: friendly, description: null, scenes: [], members },
})
const groupsOf = ({ announcements }: Announced) => announcements.filter(({ device }) => device?.model === 'Group')
const reasons = ({ announcements }: Announced) =>
  announcements.map(({ topic, notConnected }) => [topic, notConnected[0]?.reason])

describe('a group of Zigbee2MQTT', () => {
  it('is a device that can be told what its members can, on topics of its own', () => {
    const { devices, groups } = bridge()
    devices(LAMP, COLOUR_LAMP, DOOR)
    const [living] = groupsOf(groups(group(1, 'Living', member(LAMP), member(COLOUR_LAMP), member(DOOR))))
    expect(living?.device).toEqual({
      // "zigbee2mqtt" by the numbers of its letters, as Zigbee2MQTT names the group to Home Assistant.
      identities: [`zigbee2mqtt_${ENCODED}_1`, GROUP_ONE],
      ...{ name: 'Living', brand: 'Zigbee2MQTT', model: 'Group', version: null, area: null },
      via: 'zigbee2mqtt_bridge_0x00124b0000000000',
    })
    const [light, ...others] = living?.entities ?? []
    expect(others).toEqual([])
    expect(light).toMatchObject({ component: 'light', uniqueId: 'light/group_1_state', entityId: 'light.living_state' })
    expect(light?.orders).toEqual(['on', 'off', 'level', 'color_temperature', 'color'])
    expect(light?.write({ order: 'on' })).toEqual([
      { topic: 'zigbee2mqtt/Living/set', payload: '{"state":"ON"}', qos: 1, retain: false },
    ])
    expect([light?.listens.map(({ topic }) => topic), light?.ask]).toEqual([['zigbee2mqtt/Living'], undefined])
  })

  it('waits for its members, and is the same under another name', () => {
    const { devices, groups } = bridge()
    expect(groups(group(1, 'Living', member(LAMP)))).toMatchObject({ announcements: [], whole: false, trouble: null })
    const first = devices(LAMP)
    expect([groupsOf(first).map(({ device }) => device?.name), first.whole]).toEqual([['Living'], true])
    const [renamed] = groupsOf(groups(group(1, 'Lounge', member(LAMP))))
    expect([renamed?.topic, renamed?.device?.identities, renamed?.entities[0]?.uniqueId]).toEqual([
      groupsOf(first)[0]?.topic,
      groupsOf(first)[0]?.device?.identities,
      'light/group_1_state',
    ])
  })

  it('knows no endpoints of its members', () => {
    const { devices, groups } = bridge()
    const state = { type: 'binary', name: 'state', property: 'state_left', endpoint: 'left', access: 7 }
    const left = { type: 'switch', endpoint: 'left', features: [{ ...state, value_on: 'ON', value_off: 'OFF' }] }
    const gang = { ...TWO_GANG, definition: { model: 'QBKG12LM', vendor: 'Aqara', exposes: [left] } }
    devices(gang)
    const [hall] = groupsOf(groups(group(2, 'Hall', member(TWO_GANG, 'left'))))
    expect(hall?.entities.map(({ component, part }) => [component, part])).toEqual([['switch', 'state']])
  })

  it('has one part of each kind, and says why it has none', () => {
    const { devices, groups } = bridge()
    devices(LAMP, BLIND, DOOR)
    const said = groups(
      group(1, 'Mixed', member(LAMP), member(BLIND)),
      group(2, 'Empty'),
      group(3, 'Doors', member(DOOR)),
      group(4, 'a/#', member(LAMP)),
      group(901, 'default_bind_group'),
      { id: 'none', friendly_name: 'wrong' },
    )
    expect(
      groupsOf(said).map(({ device, entities }) => [device?.name, entities.map(({ component }) => component)]),
    ).toEqual([
      ['Mixed', ['light', 'cover']],
      ['Empty', []],
      ['Doors', []],
      ['a/#', []],
    ])
    expect(reasons({ ...said, announcements: groupsOf(said) }).map(([, reason]) => reason)).toEqual([
      undefined,
      'nothing is in this group',
      'nothing in it can be told',
      'its name a/# can stand on no topic: rename it in Zigbee2MQTT',
    ])
  })

  it('that is removed is gone, and devices stay', () => {
    const { devices, groups } = bridge()
    devices(LAMP)
    groups(group(1, 'Living', member(LAMP)), group(2, 'Other', member(LAMP)))
    const { removed, announcements } = groups(group(2, 'Other', member(LAMP)))
    expect(removed).toEqual(['zigbee2mqtt/bridge/groups/1'])
    expect(announcements.map(({ topic }) => topic)).toContain(LAMP_TOPIC)
  })

  it('does not leave when a list of groups cannot be read, or did not come yet', () => {
    const { devices, groups } = bridge()
    devices(LAMP)
    groups(group(1, 'Living', member(LAMP)))
    const read = ZIGBEE2MQTT.reader('zigbee2mqtt')
    const early = read({
      topic: 'zigbee2mqtt/bridge/devices',
      payload: Buffer.from(JSON.stringify([COORDINATOR, LAMP])),
    })
    // Who is not named might be a group, of which nothing was heard yet.
    expect(early.whole).toBe(false)
    expect(devices(LAMP, DOOR)).toMatchObject({ removed: [], whole: true })
  })
})

describe('an event of Zigbee2MQTT', () => {
  it('shows a device that is interviewed at this moment, and what became of that', () => {
    const { devices, event } = bridge()
    devices(LAMP)
    const now = 'Zigbee2MQTT interviews it at this moment, to learn what it can do'
    for (const said of [event('device_joined'), event('device_interview', { status: 'started' })])
      expect(reasons(said)).toEqual([[TOPIC, now]])
    expect(event('device_joined').announcements[0]?.device).toMatchObject({
      ...{ identities: [`zigbee2mqtt_${ADDRESS}`, 'ieee:90fd9ffffe6494fc'], name: ADDRESS },
      via: 'zigbee2mqtt_bridge_0x00124b0000000000',
    })
    expect(reasons(event('device_interview', { status: 'failed' }))).toEqual([
      [TOPIC, 'its interview failed: pair it again, nearer to the bridge, and wake it meanwhile'],
    ])
    // The list that follows says what it can do.
    expect(event('device_interview', { status: 'successful', supported: true })).toMatchObject({ announcements: [] })
    const listed = { ...LAMP, ...NEW, interview_completed: false, interviewing: true }
    expect(reasons(devices(LAMP, listed)).at(-1)).toEqual([TOPIC, now])
    expect(reasons(devices(LAMP, { ...listed, interviewing: false, interview_state: 'FAILED' })).at(-1)?.[1]).toMatch(
      'failed',
    )
    expect(devices(LAMP, { ...LAMP, ...NEW }).announcements.at(-1)?.entities).toHaveLength(4)
  })

  it('takes nothing from a device that is interviewed again', () => {
    const { devices, event } = bridge()
    devices(LAMP)
    const { ieee_address, friendly_name } = LAMP
    for (const status of ['started', 'failed'])
      expect(event('device_interview', { ieee_address, friendly_name, status })).toMatchObject({ announcements: [] })
  })

  it('says that a device left, and that one had no power', () => {
    const { devices, event } = bridge()
    devices(LAMP)
    const { ieee_address, friendly_name } = LAMP
    expect(event('device_announce', { ieee_address, friendly_name })).toMatchObject({
      removed: [],
      awake: [LAMP_TOPIC],
    })
    expect(event('device_leave', { ieee_address, friendly_name })).toMatchObject({
      removed: [LAMP_TOPIC],
      whole: false,
    })
    expect(devices()).toMatchObject({ removed: [] })
  })

  it('of a device that never stood on a list ends with the next one', () => {
    const { devices, event } = bridge()
    devices(LAMP)
    event('device_joined')
    expect(devices(LAMP).removed).toEqual([TOPIC])
  })

  it('of devices without end shows a hundred of them', () => {
    const { devices, event } = bridge()
    devices(LAMP)
    const joined = Array.from({ length: 150 }, (_, at) =>
      event('device_joined', { ieee_address: `0x${(at + 1).toString(16).padStart(16, '0')}` }),
    )
    expect(joined.flatMap(({ announcements }) => announcements)).toHaveLength(100)
  })

  it('that is none says so, and whatever stands in one breaks nothing', () => {
    const read = ZIGBEE2MQTT.reader('zigbee2mqtt')
    const say = (payload: string) => read({ topic: 'zigbee2mqtt/bridge/event', payload: Buffer.from(payload) })
    for (const wrong of ['', 'left', '[]', `{"a":"${'x'.repeat(70_000)}"}`])
      expect(say(wrong)).toMatchObject({ announcements: [], trouble: 'an event of the bridge is no JSON object' })
    const type = fc.constantFrom('device_joined', 'device_leave', 'device_interview', 'device_announce', '__proto__')
    const data = fc.oneof(
      fc.object(),
      fc.constant({ ...NEW, friendly_name: 'a\u0000b'.repeat(200), status: 'started' }),
    )
    fc.assert(
      fc.property(type, data, (kind, about) => {
        for (const { device } of say(JSON.stringify({ type: kind, data: about })).announcements) {
          expect(device?.name?.length).toBeLessThanOrEqual(255)
          expect(device?.name).not.toContain('\u0000')
        }
      }),
      { numRuns: 300 },
    )
  })

  it('and a list of groups are read whatever stands in them', () => {
    const { devices, groups } = bridge()
    devices(LAMP)
    fc.assert(
      fc.property(fc.array(fc.object()), fc.jsonValue(), (list, members) => {
        const { announcements, trouble } = groups(...list, { ...group(1, 'x'), members })
        return announcements.length > 0 && trouble === null
      }),
      { numRuns: 200 },
    )
  })
})

/** lib/extension/homeassistant.ts: the base topic by the numbers of its letters. */
const ENCODED = '1221051039810110150109113116116'
const GROUP_ONE = 'zigbee2mqtt_group_0x00124b0000000000_1'
