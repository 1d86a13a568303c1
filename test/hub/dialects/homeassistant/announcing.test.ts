import { describe, expect, it } from 'vitest'
import {
  ANNOUNCEMENT_BYTES,
  announcingTopic,
  readAnnouncement,
} from '../../../../hub/dialects/homeassistant/read-announcement.ts'
import { announce, bytes, entity, refusal } from './announce.ts'

/** As ESPHome 2026.8 writes it, with its short names: a sensor of an ESP32. */
const ESPHOME = {
  ...{
    sug_dsp_prc: 1,
    unit_of_meas: '°C',
    stat_cla: 'measurement',
    name: 'Garage Temperature',
    dev_cla: 'temperature',
  },
  ...{
    stat_t: 'garage/sensor/garage_temperature/state',
    avty_t: 'garage/status',
    uniq_id: 'ESPsensorgarage_temperature',
  },
  dev: {
    ...{ ids: '20500de464ec', name: 'Garage', sw: '2026.8.0', mdl: 'esp32', mf: 'Espressif', sa: 'Garage' },
    cns: [['mac', '20500DE464EC']],
  },
}

/** home-assistant.io, "MQTT", "Device discovery payload". */
const KITCHEN = {
  dev: {
    ids: 'ea334450945afc',
    name: 'Kitchen',
    mf: 'Bla electronics',
    mdl: 'xya',
    sw: '1.0',
    sn: 'ea33',
    hw: '1.0rev2',
  },
  o: { name: 'bla2mqtt', sw: '2.1', url: 'https://bla2mqtt.example.com/support' },
  cmps: {
    some_unique_component_id1: {
      ...{ p: 'sensor', device_class: 'temperature', unit_of_measurement: '°C' },
      ...{ value_template: '{{ value_json.temperature}}', unique_id: 'temp01ae_t' },
    },
    some_unique_id2: {
      ...{ p: 'sensor', device_class: 'humidity', unit_of_measurement: '%' },
      ...{ value_template: '{{ value_json.humidity}}', unique_id: 'temp01ae_h' },
    },
  },
  state_topic: 'sensorBedroom/state',
  qos: 2,
}

describe('a topic', () => {
  it.each([
    ['homeassistant/sensor/garage/config', { component: 'sensor', node: '', object: 'garage' }],
    [
      'homeassistant/sensor/0x00158d/temperature/config',
      { component: 'sensor', node: '0x00158d', object: 'temperature' },
    ],
    ['homeassistant/device/kitchen/config', { component: 'device', node: '', object: 'kitchen' }],
    ['homeassistant/status', null],
    ['homeassistant/sensor/config', null],
    ['homeassistant/sensor/a/b/c/config', null],
    ['homeassistant/sensor/a b/config', null],
    ['homeassistant/sensor/garage/state', null],
    ['other/sensor/garage/config', null],
    [`homeassistant/sensor/${'x'.repeat(600)}/config`, null],
  ])('%s announces %o', (topic, place) => {
    expect(announcingTopic(topic, 'homeassistant')).toEqual(place)
  })

  it('may have any prefix', () => {
    expect(announcingTopic('my/ha/switch/x/config', 'my/ha')).toEqual({ component: 'switch', node: '', object: 'x' })
    expect(() => readAnnouncement('homeassistant/switch/x/config', bytes('{}'), 'my/ha')).toThrow(
      expect.objectContaining({ code: 'unknown_topic' }),
    )
  })
})

describe('an entity that announces itself', () => {
  it('is read with its device, from short names', () => {
    const { device, entities, notConnected, removed } = announce('homeassistant/sensor/garage/temp/config', ESPHOME)
    expect(device).toEqual({
      identities: ['20500de464ec', 'mac:20:50:0d:e4:64:ec'],
      ...{ name: 'Garage', brand: 'Espressif', model: 'esp32', version: '2026.8.0', via: null, area: 'Garage' },
    })
    expect(notConnected).toEqual([])
    expect(removed).toEqual([])
    expect(entities).toEqual([
      expect.objectContaining({
        ...{
          part: 'temp',
          uniqueId: 'sensor/ESPsensorgarage_temperature',
          component: 'sensor',
          name: 'Garage Temperature',
        },
        ...{ entityId: 'sensor.garage_garage_temperature', deviceClass: 'temperature', measures: { unit: '°C' } },
        ...{ category: null, enabled: true, expiresAfterS: null, orders: [] },
      }),
    ])
    expect(entities[0]?.listens.map(({ topic }) => topic)).toEqual(['garage/sensor/garage_temperature/state'])
    expect(entities[0]?.availability.topics.map(({ topic }) => topic)).toEqual(['garage/status'])
  })

  it('has its base topic put in at both ends of its topics, and nowhere else', () => {
    const { listens, write, availability, name } = entity('switch', {
      ...{
        '~': 'home/irrigation',
        name: '~ garden',
        stat_t: '~/state',
        cmd_t: 'set/~',
        avty: { t: '~/up' },
        pl_on: '~',
      },
    })
    expect(name).toBe('~ garden')
    expect(listens[0]?.topic).toBe('home/irrigation/state')
    expect(availability.topics[0]?.topic).toBe('home/irrigation/up')
    expect(write({ order: 'on' })).toEqual([{ topic: 'set/home/irrigation', payload: '~', qos: 0, retain: false }])
  })

  it('is called as it wants to be, else as its device and itself are', () => {
    const called = (config: Record<string, unknown>) =>
      entity('sensor', { state_topic: 't', device: { identifiers: ['d'], name: 'Küche' }, ...config }).entityId
    expect(called({ name: 'Wärme 1' })).toBe('sensor.kuche_warme_1')
    expect(called({ name: null })).toBe('sensor.kuche')
    expect(called({ object_id: 'my_super_device' })).toBe('sensor.my_super_device')
    expect(called({ default_entity_id: 'sensor.other' })).toBe('sensor.other')
    expect(called({ name: '温度', device: undefined })).toBe('sensor.thing')
    expect(called({ name: 'x'.repeat(5_000) }).length).toBeLessThan(255)
  })

  it('without a unique id is known by its topic', () => {
    const { entities } = announce('homeassistant/binary_sensor/node/garden/config', { state_topic: 'garden' })
    expect(entities[0]?.uniqueId).toBe('binary_sensor/topic:node/garden')
  })

  it('is taken back with an empty message, or an empty object', () => {
    for (const empty of ['', '{}']) {
      const { entities, removed } = announce('homeassistant/sensor/garage/config', empty)
      expect({ entities, removed }).toEqual({ entities: [], removed: 'all' })
    }
  })

  it('has clean names, which are cut between characters', () => {
    const { device, entities } = announce('homeassistant/sensor/x/config', {
      ...{ name: `a\u0000b\u202e${'é'.repeat(300)}`, state_topic: 't', icon: 7 },
      device: {
        ids: [12, '', 'x'.repeat(300), { a: 1 }, 'ok'],
        name: '\u001b[31mred\n',
        mf: { a: 1 },
        via_device: 'hub',
      },
    })
    expect(entities[0]?.name).toBe(`a b ${'é'.repeat(251)}`)
    expect(device).toMatchObject({ identities: ['12', 'ok'], name: 'red', brand: null, via: 'hub' })
  })
})

describe('a device that announces itself', () => {
  it('shares its topics and options with its parts', () => {
    const { origin, device, entities } = announce('homeassistant/device/kitchen/config', KITCHEN)
    expect(origin).toBe('bla2mqtt 2.1')
    expect(device?.identities).toEqual(['ea334450945afc'])
    expect(entities.map(({ part, uniqueId, entityId }) => [part, uniqueId, entityId])).toEqual([
      ['some_unique_component_id1', 'sensor/temp01ae_t', 'sensor.kitchen'],
      ['some_unique_id2', 'sensor/temp01ae_h', 'sensor.kitchen'],
    ])
    expect(entities.flatMap(({ listens }) => listens.map(({ topic }) => topic))).toEqual([
      'sensorBedroom/state',
      'sensorBedroom/state',
    ])
  })

  it('may have a part say otherwise, and one that is taken back', () => {
    const { entities, removed, notConnected } = announce('homeassistant/device/kitchen/config', {
      ...KITCHEN,
      '~': 'base',
      availability_topic: '~/up',
      cmps: {
        lamp: { p: 'switch', uniq_id: 'lamp', cmd_t: '~/lamp/set', qos: 1, ret: true },
        gone: { p: 'sensor' },
        odd: { uniq_id: 'odd' },
        none: null,
        camera: { p: 'camera', uniq_id: 'camera', name: 'Door', topic: 'picture' },
      },
    })
    expect(removed).toEqual(['gone'])
    expect(notConnected).toEqual([
      { part: 'odd', component: '', name: null, reason: '"platform" is missing' },
      { part: 'none', component: '', name: null, reason: '"platform" is missing' },
      { part: 'camera', component: 'camera', name: 'Door', reason: 'entities of the kind "camera" are not connected' },
    ])
    expect(entities[0]?.write({ order: 'off' })).toEqual([
      { topic: 'base/lamp/set', payload: 'OFF', qos: 1, retain: true },
    ])
    expect(entities[0]?.availability.topics[0]?.topic).toBe('base/up')
  })

  it('has at most 8,192 entities, and those beyond are named', () => {
    const cmps = Object.fromEntries(
      Array.from({ length: 8_200 }, (_, at) => [`p${at}`, { p: 'sensor', uniq_id: `u${at}`, stat_t: 't' }]),
    )
    const { entities, notConnected } = announce('homeassistant/device/many/config', { dev: { ids: 'many' }, cmps })
    expect([entities.length, notConnected.length, notConnected[0]?.part]).toEqual([8_192, 8, 'p8192'])
    expect(notConnected[0]?.reason).toBe('a device has at most 8192 entities')
  })
})

describe('a message that cannot be read', () => {
  const topic = 'homeassistant/sensor/x/config'

  it.each([
    ['too_large', Buffer.alloc(ANNOUNCEMENT_BYTES + 1, 0x5b)],
    ['too_large', Buffer.alloc(10_000_000, 0x5b)],
    ['bad_utf8', Buffer.from([0xff])],
    ['bad_json', bytes('ON')],
    ['bad_json', bytes('[]')],
    ['bad_json', bytes('{')],
    ['bad_json', bytes(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)],
  ])('is refused as %s', (code, payload) => {
    expect(() => readAnnouncement(topic, payload)).toThrow(expect.objectContaining({ code }))
  })
})

describe('what is known and not connected', () => {
  it('is a topic on which something connected takes what it is not told', () => {
    const more = { direction_command_topic: 'd', oscillation_command_topic: 'o' }
    const { entities, notConnected } = announce('homeassistant/fan/x/config', {
      name: 'Fan',
      command_topic: 'c',
      ...more,
    })
    expect(entities.map(({ orders }) => orders)).toEqual([['on', 'off']])
    expect(notConnected).toEqual(
      Object.keys(more).map((topic) => ({
        ...{ part: `x ${topic}`, component: 'fan', name: 'Fan', reason: `what it takes on "${topic}" is not told` },
      })),
    )
  })

  it.each([
    ['sensor', { name: 'x' }, '"state_topic" is missing'],
    ['sensor', { state_topic: 'a/#' }, '"state_topic" is no topic that can be used'],
    ['sensor', { state_topic: 7 }, '"state_topic" is no topic that can be used'],
    ['sensor', { state_topic: 't', value_template: 7 }, '"value_template" is to be a template'],
    [
      'sensor',
      { state_topic: 't', value_template: '{% for x in value_json %}{{ x }}{% endfor %}' },
      'value_template: "{% for %}" is not known here: there are "if" and "set", and no loops (character 4)',
    ],
    [
      'sensor',
      { state_topic: 't', value_template: '{{ name }}' },
      'value_template: "name" is known to Home Assistant alone',
    ],
    ['sensor', { state_topic: 't', encoding: '' }, 'messages in the encoding "" are not read'],
    [
      'sensor',
      { state_topic: 't', unique_id: 'x'.repeat(201) },
      '"unique_id" cannot be used: 1 to 200 characters are wanted',
    ],
    ['sensor', { state_topic: 't', availability_mode: 'some' }, '"availability_mode" is to be all, any or latest'],
    ['sensor', { state_topic: 't', availability: [{}] }, '"topic" is missing'],
    [
      'sensor',
      { state_topic: 't', availability: Array(33).fill({ topic: 'a' }) },
      '"availability" has more than 32 topics',
    ],
    ['switch', { state_topic: 't' }, '"command_topic" is missing'],
    ['select', { command_topic: 'c' }, '"options" is missing'],
    ['select', { command_topic: 'c', options: 'a' }, '"options" is to be a list'],
    ['number', { command_topic: 'c', min: 5, max: 5 }, '"min" is not below "max"'],
    ['number', { command_topic: 'c', min: 'low' }, '"min" is to be a number'],
    ['event', { state_topic: 't' }, '"event_types" is missing'],
    ['light', { schema: 'rainbow', command_topic: 'c' }, 'a light of the schema "rainbow" is not known'],
    ['light', { command_topic: 'c', brightness_scale: 0 }, '"brightness_scale" is to be above 0'],
    ['light', { schema: 'template', command_topic: 'c' }, '"command_on_template" is missing'],
    ['climate', { name: 'x' }, 'there is no topic on which it speaks or listens'],
    ['vacuum', { command_topic: 'c' }, 'entities of the kind "vacuum" are not connected'],
    [
      'alarm_control_panel',
      { state_topic: 't', command_topic: 'c' },
      'entities of the kind "alarm_control_panel" are not connected',
    ],
  ])('%s %o: %s', (component, config, reason) => {
    expect(refusal(component, config)).toBe(reason)
  })
})
