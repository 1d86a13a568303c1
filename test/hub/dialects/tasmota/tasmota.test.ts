import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hear, isReachable } from '../../../../hub/dialects/hear.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import type { Said, SaidEntity } from '../../../../hub/dialects/said.ts'
import { TASMOTA } from '../../../../hub/dialects/tasmota/tasmota.ts'

/** As tasmota.github.io, "MQTT" and "Home Assistant", describe the messages of `SetOption19 0`; the devices are made up. */
const config = (more: Record<string, unknown> = {}) => ({
  ...{ ip: '192.168.1.5', dn: 'Boiler', fn: ['Heating', null, null], hn: 'tasmota-3344', mac: 'A0B1C2D33445' },
  ...{ md: 'Athom Plug V2', ty: 0, if: 0, ofln: 'Offline', onln: 'Online', state: ['OFF', 'ON', 'TOGGLE', 'HOLD'] },
  ...{ sw: '13.1.0', t: 'tasmota_D33445', ft: '%prefix%/%topic%/', tp: ['cmnd', 'stat', 'tele'], rl: [1, 0, 0] },
  ...{ swc: [-1], swn: [null], btn: [0], so: { 4: 0 }, lk: 0, lt_st: 0, sho: [], ver: 1 },
  ...more,
})
const SENSORS = {
  sn: {
    Time: '2026-06-24T08:39:31',
    ENERGY: { TotalStartTime: '2026-06-24T08:32:22', Total: 1.5, Power: 40, Factor: 0.9, Voltage: 233 },
    AM2301: { Temperature: 21.4, Humidity: 40 },
    TempUnit: 'C',
  },
  ver: 1,
}

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

function announced(configuration: unknown, sensors?: unknown) {
  const read = TASMOTA.reader('tasmota/discovery')
  const say = (kind: string, value: unknown) =>
    read({ topic: `tasmota/discovery/A0B1C2D33445/${kind}`, payload: bytes(value) })
  const first = say('config', configuration)
  const all = sensors === undefined ? first : say('sensors', sensors)
  return { read: say, ...all, device: all.announcements[0] }
}

function part(entities: readonly SaidEntity[] | undefined, called: string): SaidEntity {
  const found = entities?.find((one) => one.part === called)
  if (!found) throw new Error(`there is no ${called} among ${entities?.map((one) => one.part)}`)
  return found
}

function said(entity: SaidEntity, topic: string, value: unknown): Said {
  return hear(
    entity,
    { topic, payload: payloadOf(bytes(value)), retained: false },
    { state: undefined, attributes: {} },
  )
}

describe('a Tasmota', () => {
  it('is known by its address, whichever of its two messages comes first', () => {
    const { device } = announced(config(), SENSORS)
    expect(device?.device).toEqual({
      identities: ['mac:a0:b1:c2:d3:34:45'],
      ...{ name: 'Boiler', brand: 'Tasmota', model: 'Athom Plug V2', version: '13.1.0', via: null, area: null },
    })
    const parts = [
      'power',
      'energy_total',
      'energy_power',
      'energy_factor',
      'energy_voltage',
      'am2301_temperature',
      'am2301_humidity',
    ]
    expect(device?.entities.map((one) => one.part)).toEqual(parts)
    const read = TASMOTA.reader('tasmota/discovery')
    const say = (kind: string, value: unknown) =>
      read({ topic: `tasmota/discovery/A0B1C2D33445/${kind}`, payload: bytes(value) })
    expect(say('sensors', SENSORS).announcements).toEqual([])
    expect(say('config', config()).announcements[0]?.entities.map((one) => one.part)).toEqual(parts)
  })

  it('is switched, and says that it is', () => {
    const power = part(announced(config()).device?.entities, 'power')
    expect(power).toMatchObject({
      component: 'switch',
      name: 'Heating',
      uniqueId: 'switch/a0b1c2d33445_power',
      orders: ['on', 'off'],
    })
    expect(power.write({ order: 'on' })).toEqual([
      { topic: 'cmnd/tasmota_D33445/POWER', payload: 'ON', qos: 1, retain: false },
    ])
    expect(said(power, 'stat/tasmota_D33445/RESULT', { POWER: 'ON' })).toEqual({ state: true })
    expect(said(power, 'tele/tasmota_D33445/STATE', { POWER: 'OFF', Wifi: {} })).toEqual({ state: false })
    expect(said(power, 'stat/tasmota_D33445/RESULT', { Command: 'Unknown' })).toEqual({})
    expect(() => power.write({ order: 'level', percent: 5 })).toThrow('it does not take level')
  })

  it('with several relays has a number for each, and words and topics of its own', () => {
    const two = config({
      rl: [1, 1],
      fn: ['Left', 'Right'],
      state: ['aus', 'an'],
      ft: 'home/%topic%/%prefix%',
      tp: ['c', 's', 't'],
    })
    const right = part(announced(two).device?.entities, 'power2')
    expect(right.write({ order: 'off' })[0]).toMatchObject({ topic: 'home/tasmota_D33445/c/POWER2', payload: 'aus' })
    expect(said(right, 'home/tasmota_D33445/t/STATE', { POWER1: 'an', POWER2: 'aus' })).toEqual({ state: false })
  })

  it('has the lights that its channels are', () => {
    const lights = (more: Record<string, unknown>) =>
      announced(config(more)).device?.entities.map(({ part, orders, limits }) => [part, orders.slice(2), limits])
    const level = ['level']
    expect(lights({ rl: [2], lt_st: 0 })).toEqual([['power', [], {}]])
    expect(lights({ rl: [2], lt_st: 1 })).toEqual([['power', level, {}]])
    const white = { color_temperature: { range: { min: 2000, max: 6536, step: 1 } } }
    const effects = { effect: { options: ['none', 'wake up', 'cycle up', 'cycle down', 'random'] } }
    expect(lights({ rl: [2], lt_st: 2 })).toEqual([['power', ['level', 'color_temperature'], white]])
    expect(lights({ rl: [2], lt_st: 2, so: { 82: 1 } })).toEqual([
      ['power', ['level', 'color_temperature'], { color_temperature: { range: { min: 2632, max: 5000, step: 1 } } }],
    ])
    expect(lights({ rl: [2], lt_st: 3 })).toEqual([['power', ['level', 'color', 'effect'], effects]])
    expect(lights({ rl: [2], lt_st: 5, lk: 1 })).toEqual([
      ['power', ['level', 'color_temperature', 'color', 'effect'], { ...white, ...effects }],
    ])
    // Color and white apart: two lights.
    expect(lights({ rl: [2, 2], lt_st: 5, lk: 0 })).toEqual([
      ['power1', ['level', 'color', 'effect'], effects],
      ['power2', ['level', 'color_temperature'], white],
    ])
    // A light of each channel.
    const channels = announced(config({ rl: [2, 2], lt_st: 2, so: { 68: 1 } })).device?.entities
    expect(part(channels, 'power2').write({ order: 'level', percent: 40 })[0]).toMatchObject({
      topic: 'cmnd/tasmota_D33445/Channel2',
      payload: '40',
    })
    expect(said(part(channels, 'power2'), 'tele/tasmota_D33445/STATE', { POWER2: 'ON', Channel2: 20 })).toEqual({
      state: true,
      attributes: { brightness: 51 },
    })
  })

  it('tells a light nothing that it has not', () => {
    const light = part(announced(config({ rl: [2], lt_st: 5, lk: 1 })).device?.entities, 'power')
    expect(() => light.write({ order: 'color_temperature', kelvin: 9_000 })).toThrow(
      '9000 is out of range: 2000 to 6536',
    )
    expect(() => light.write({ order: 'effect', effect: 'party' })).toThrow('there is no effect party')
    expect(() => light.write({ order: 'level', percent: 101 })).toThrow('101 is out of range: 0 to 100')
    expect(() => light.write({ order: 'position', percent: 5 })).toThrow('it does not take position')
  })

  it.each([
    ['that stands open', { Position: 100, Direction: 0 }, 'open', { current_position: 100 }],
    ['that stands closed', { Position: 0, Direction: 0, Target: 0 }, 'closed', { current_position: 0 }],
    ['on its way up', { Position: 20, Direction: 1, Target: 100 }, 'opening', { current_position: 20 }],
    ['on its way down', { Position: 20, Direction: -1, Target: 0 }, 'closing', { current_position: 20 }],
  ])('has a shutter %s', (_, shutter, state, attributes) => {
    const entities = announced(config({ rl: [3, 3, 1], sho: [0, 0], sht: [[0, 0, 0]] })).device?.entities
    expect(entities?.map((one) => one.part)).toEqual(['power3', 'shutter1'])
    const cover = part(entities, 'shutter1')
    expect(cover).toMatchObject({ component: 'cover', name: null, orders: ['open', 'close', 'stop', 'position'] })
    const heard = { state, attributes }
    expect(said(cover, 'stat/tasmota_D33445/RESULT', { Shutter1: shutter })).toEqual(heard)
    expect(said(cover, 'tele/tasmota_D33445/SENSOR', { Shutter1: shutter })).toEqual(heard)
    expect(said(cover, 'stat/tasmota_D33445/STATUS10', { StatusSNS: { Shutter1: shutter } })).toEqual(heard)
  })

  it('turns a shutter round that is inverted, with its number and its slats', () => {
    const entities = announced(
      config({
        rl: [3, 3, 3, 3],
        sho: [0, 1],
        sht: [
          [0, 0, 0],
          [-90, 90, 10],
        ],
      }),
    ).device?.entities
    const second = part(entities, 'shutter2')
    expect([second.name, second.orders.at(-1)]).toEqual(['Shutter 2', 'tilt'])
    expect(said(second, 'stat/tasmota_D33445/RESULT', { Shutter2: { Position: 20, Direction: 1, Tilt: 45 } })).toEqual({
      state: 'closing',
      attributes: { current_position: 80, current_tilt_position: 75 },
    })
    expect(second.write({ order: 'position', percent: 30 })[0]).toMatchObject({
      topic: 'cmnd/tasmota_D33445/ShutterPosition2',
      payload: '70',
    })
    expect(second.write({ order: 'tilt', percent: 25 })[0]).toMatchObject({
      topic: 'cmnd/tasmota_D33445/ShutterTilt2',
      payload: '-45',
    })
    expect(() => second.write({ order: 'position', percent: 101 })).toThrow('out of range')
  })

  it('says what of it is not connected', () => {
    const { device } = announced(config({ if: 1, swc: [0, -1, 2], so: { 114: 1 } }))
    expect(device?.notConnected).toEqual([
      { part: 'fan', component: 'fan', name: null, reason: 'the speeds of an iFan are not told' },
      ...[1, 2].map((at) => ({
        ...{ part: `switch${at}`, component: 'binary_sensor', name: `Switch ${at}` },
        reason: 'what its switches say is not read',
      })),
    ])
    const sensors = { sn: { Shutter1: { Position: 100, Direction: 0 }, ENERGY: { Power: 1 } } }
    expect(announced(config({ rl: [3, 3] }), sensors).device?.entities.map((one) => one.part)).toEqual([
      'shutter1',
      'energy_power',
    ])
  })

  it('measures in the units that it says', () => {
    const entities = announced(config(), { sn: { ...SENSORS.sn, TempUnit: 'F' } }).device?.entities
    const warm = part(entities, 'am2301_temperature')
    expect(warm).toMatchObject({ deviceClass: 'temperature', measures: { unit: '°F' }, name: 'AM2301 Temperature' })
    expect(said(warm, 'tele/tasmota_D33445/SENSOR', { AM2301: { Temperature: 70.1 } })).toEqual({ state: 70.1 })
    expect(said(warm, 'tele/tasmota_D33445/SENSOR', { AM2301: { Temperature: null } })).toEqual({ state: null })
    expect(said(warm, 'tele/tasmota_D33445/SENSOR', { ENERGY: {} })).toEqual({})
  })

  it('is there until its will says that it is not', () => {
    const { availability } = part(announced(config()).device?.entities, 'power')
    const [will] = availability.topics
    expect(will?.topic).toBe('tele/tasmota_D33445/LWT')
    expect(['Online', 'Offline', 'else'].map((text) => will?.read(payloadOf(bytes(text))))).toEqual([true, false, null])
    expect(isReachable(availability, new Map([['tele/tasmota_D33445/LWT', false]]))).toBe(false)
  })

  it.each([
    ['without an address', config({ mac: '__proto__' }), 'it says no mac'],
    ['without topics', config({ ft: 'tasmota' }), 'it says no topic'],
    ['with a topic for everybody', config({ t: '#' }), 'holds + or #'],
    ['with a topic for everybody to be told on', config({ tp: ['cmnd/+', 'stat', 'tele'] }), 'holds + or #'],
    ['with a topic for everybody to be heard on', config({ tp: ['cmnd', '#', 'tele'] }), 'holds + or #'],
    [
      'with a topic longer than any',
      config({ ft: '%prefix%/'.repeat(28), tp: Array(3).fill('p'.repeat(99)) }),
      'too long',
    ],
    [
      'with a topic of parts without end',
      config({ ft: '%prefix%'.repeat(2_000), tp: Array(3).fill('p') }),
      'its topic is too long',
    ],
  ])('that is %s is told in words', (_, value, reason) => {
    expect(announced(value)).toMatchObject({ announcements: [], trouble: expect.stringContaining(reason) })
  })

  it('is read whatever it says, without an error', () => {
    fc.assert(
      fc.property(fc.object(), fc.object(), (more, sn) => {
        const { device } = announced({ ...config(), ...more, mac: 'A0B1C2D33445' }, { sn })
        for (const one of device?.entities ?? []) for (const { topic } of one.listens) said(one, topic, more)
        return true
      }),
      { numRuns: 200 },
    )
  })
})
