import { beforeEach, describe, expect, it } from 'vitest'
import { ENGINE_PARTS } from '../../../../hub/core/engine-parts.ts'
import { ANNOUNCEMENT_BYTES } from '../../../../hub/dialects/homeassistant/read-announcement.ts'
import type { OpenFeature } from '../../../../hub/engine/feature.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { add, asked } from '../bridges/bridges-house.ts'
import { accepted, deviceOf, entityOf, lampOf, makersHouse, reach, saying, states } from '../makers/makers-house.ts'
import { AnnouncedHouse, MINUTE } from './announced-house.ts'

const DAY = 86_400_000
const PI = 'kitchen-pi'
const TEMPERATURE = { key: 'temp', kind: 'temperature', unit: '°C', name: 'Air' }
const LAMP = { key: 'lamp', kind: 'switch', unit: '', name: 'Lamp' }

let connects = 1

function introduced(sensors: readonly unknown[], more: Record<string, unknown> = {}) {
  connects += 1
  return [`lares/${PI}/birth`, { ...birthMessage.sample, connects, sensors, ...more }] as const
}

const run = (house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown>) =>
  data(ask(house, commandInput(verb, params)))

describe('a device', () => {
  let home: AnnouncedHouse
  let house: TestHouse

  beforeEach(() => {
    house = openTestHouse()
    house.device(PI)
    home = new AnnouncedHouse(house)
    home.send(introduced([TEMPERATURE, LAMP]))
  })

  it('is announced with all that it has, below the house that it is in', () => {
    const [{ id } = { id: '' }] = house.all<{ id: string }>('SELECT id FROM houses')
    expect([...home.retained.keys()]).toEqual([`homeassistant/device/lares_${id}/${PI}/config`])
    const config = home.config(PI)
    expect(config).toMatchObject({
      device: { identifiers: [`lares_${PI}`], name: PI, model: 'Raspberry Pi 4 Model B Rev 1.4', sw_version: '0.1.0' },
      origin: { name: 'Lares', sw_version: 'test' },
      availability: [{ topic: `lares/${PI}/status` }],
      availability_mode: 'all',
    })
    expect(config?.components.sensor_temp).toMatchObject({
      ...{ platform: 'sensor', name: 'Air', unique_id: `lares_${PI}_temp`, state_topic: `lares/${PI}/state/temp` },
      ...{ device_class: 'temperature', state_class: 'measurement', unit_of_measurement: '°C' },
    })
    expect(config?.components.switch_lamp).toMatchObject({ command_topic: `lares/${PI}/set/lamp`, payload_on: 'on' })
    expect(config?.components['binary_sensor-problem']).toMatchObject({ state_topic: `lares/${PI}/status` })
  })

  it('is announced once, whatever it says and however often it comes', () => {
    const [before] = house.all('SELECT * FROM homeassistant_topics')
    house.now += MINUTE
    expect(home.send([`lares/${PI}/readings`, { items: [{ sensor: 'temp', value: 21 }] }])).toEqual([])
    expect(home.send(introduced([TEMPERATURE, LAMP]))).toEqual([])
    home.send({ kind: 'presence', device: PI, online: true, reason: 'connected' })
    expect(home.wait(MINUTE)).toEqual([])
    expect(house.all('SELECT * FROM homeassistant_topics')).toEqual([before])
  })

  it('keeps its entities when it is called otherwise, and stands where it is', () => {
    const before = home.config(PI)?.components
    run(house, 'devices/rename', { device: PI, name: 'Kitchen' })
    home.hear()
    run(house, 'rooms/create', { name: 'Larder' })
    home.hear()
    run(house, 'devices/move', { device: PI, room: 'Larder' })
    home.hear()
    expect(home.config(PI)).toMatchObject({ device: { name: 'Kitchen', suggested_area: 'Larder' } })
    expect(home.config(PI)?.components).toEqual(before)
    run(house, 'rooms/update', { room: 'Larder', name: 'Pantry' })
    home.hear()
    expect(home.config(PI)?.device.suggested_area).toBe('Pantry')
    expect(home.retained.size).toBe(1)
  })

  it('has a part taken back that it has no more, by its platform alone, and forgets it a week later', () => {
    home.send(introduced([TEMPERATURE]))
    expect(home.config(PI)?.components.switch_lamp).toEqual({ platform: 'switch' })
    expect(home.read(PI)).toMatchObject({ removed: ['switch_lamp'] })
    home.restart()
    home.wait(MINUTE)
    expect(home.config(PI)?.components.switch_lamp).toEqual({ platform: 'switch' })
    house.now += 8 * DAY
    home.restart()
    expect(home.config(PI)?.components).not.toHaveProperty('switch_lamp')
    home.send(introduced([TEMPERATURE, LAMP]))
    expect(home.config(PI)?.components.switch_lamp).toMatchObject({ payload_on: 'on' })
  })

  it('takes the part back that an entity was when it is one of another kind now', () => {
    home.send(introduced([TEMPERATURE, { ...LAMP, kind: 'dimmer', unit: '%' }]))
    const { components = {} } = home.config(PI) ?? {}
    expect(components.switch_lamp).toEqual({ platform: 'switch' })
    expect(components.light_lamp).toMatchObject({ brightness_scale: 100, unique_id: `lares_${PI}_lamp` })
  })

  it('is taken back with the commit that shuts it out, and announced by nothing that comes later', () => {
    const topic = home.topicOf(PI)
    run(house, 'devices/revoke', { device: PI })
    expect(home.hear()).toEqual([{ topic, payload: '', kind: 'publish', qos: 1, retain: true }])
    expect(home.ledger()).toEqual([{ topic, gone: 1 }])
    expect(home.wait(MINUTE)).toEqual([])
    house.now += 8 * DAY
    home.restart()
    expect(home.ledger()).toEqual([])
  })

  it('is taken back in the house that it leaves, and announced in the other one once that was forgotten', () => {
    const before = home.topicOf(PI)
    run(house, 'houses/create', { name: 'Cottage' })
    run(house, 'devices/move', { device: PI, house: 'Cottage' })
    home.hear()
    expect(home.said.at(-1)).toEqual({ topic: before, payload: '' })
    expect(home.retained.size).toBe(0)
    home.wait(2_000)
    expect(home.retained.size).toBe(0)
    home.wait(5_000)
    expect(home.topicOf(PI)).not.toBe(before)
    expect(home.retained.size).toBe(1)
    expect(home.ledger().filter(({ gone }) => gone === 1)).toEqual([{ topic: before, gone: 1 }])
  })

  it('leaves no ghost when the hub was killed before anybody heard that it is gone', () => {
    const topic = home.topicOf(PI)
    run(house, 'devices/revoke', { device: PI })
    // The commit is on the disk, and its effects were never done.
    home.restart()
    expect(home.said.at(-1)).toEqual({ topic, payload: '' })
    const before = home.said.length
    home.send({ kind: 'homeassistant_birth' })
    home.wait(5_000)
    expect(home.said.slice(before)).toEqual([{ topic, payload: '' }])
  })

  it('leaves no ghost when the last of it is gone from the database, and nobody heard that', () => {
    const topic = home.topicOf(PI)
    house.db.prepare('DELETE FROM devices WHERE id = ?').run(PI)
    home.restart()
    expect(home.said.at(-1)).toEqual({ topic, payload: '' })
  })

  it('is taken back when its house is shown no more, and when nothing is announced any more', () => {
    const topic = home.topicOf(PI)
    home.restart({ settings: { homeassistant: { brokers: {}, announce: true, houses: ['Cottage'] } } })
    expect(home.said.at(-1)).toEqual({ topic, payload: '' })
    home.restart({ settings: { homeassistant: { brokers: {}, announce: true, houses: ['home'] } } })
    home.wait(MINUTE)
    expect(home.topicOf(PI)).toBe(topic)
    home.restart({ settings: { homeassistant: { brokers: {}, announce: false } } })
    expect(home.said.at(-1)).toEqual({ topic, payload: '' })
    expect(home.retained.size).toBe(0)
  })

  it('is not announced by what was rolled back', () => {
    const before = home.said.length
    house.db.exec("CREATE TRIGGER no_names BEFORE UPDATE OF name ON devices BEGIN SELECT RAISE(ABORT, 'no'); END")
    house.send(commandInput('devices/rename', { device: PI, name: 'Kitchen' }))
    home.hear()
    home.wait(MINUTE)
    expect(home.said).toHaveLength(before)
    house.db.exec('DROP TRIGGER no_names')
    run(house, 'devices/rename', { device: PI, name: 'Kitchen' })
    home.hear()
    expect(home.config(PI)?.device.name).toBe('Kitchen')
  })

  it('is told what a transaction was to tell that could not be committed', () => {
    let isBroken = false
    const broken: OpenFeature = () => ({
      name: 'broken',
      gathers: true,
      flush() {
        if (isBroken) throw new Error('not now')
      },
    })
    house = openTestHouse({ features: [...ENGINE_PARTS, broken] })
    house.device(PI)
    home = new AnnouncedHouse(house)
    home.send(introduced([TEMPERATURE]))
    isBroken = true
    expect(() => house.send(commandInput('devices/rename', { device: PI, name: 'Kitchen' }))).toThrow()
    isBroken = false
    run(house, 'devices/rename', { device: PI, name: 'Kitchen' })
    home.hear()
    expect(home.config(PI)?.device.name).toBe('Kitchen')
  })

  it('is called harmlessly, and what is all that it is has no name of its own', () => {
    house.db
      .prepare('UPDATE devices SET name = ?, detected_model = ? WHERE id = ?')
      .run('Küche \u001b[31m"{{ states }}"\u202e', ' '.repeat(300), PI)
    home.send(introduced([{ ...TEMPERATURE, name: 'küche "{{ states }}"' }], { hardware: null }))
    expect(home.config(PI)?.device).toMatchObject({ name: 'Küche "{{ states }}"' })
    expect(home.config(PI)?.components.sensor_temp).toMatchObject({ name: null })
    const templates = JSON.stringify(home.config(PI)?.components.sensor_temp)
    expect(templates).not.toContain('states')
  })

  it('has triggers for the buttons that it names', () => {
    home.send(introduced([], { capabilities: ['buttons', 'button:talk', 'button:{{ x }}'] }))
    const triggers = Object.values(home.config(PI)?.components ?? {}).filter(
      ({ platform }) => platform === 'device_automation',
    )
    expect(triggers.filter((one) => one.topic !== undefined)).toMatchObject([
      { automation_type: 'trigger', type: 'button_long_press', subtype: 'talk', payload: 'button_held talk' },
      { type: 'button_short_press', topic: `lares/${PI}/event`, payload: 'button_pressed talk' },
      { type: 'button_short_release', payload: 'button_released talk' },
    ])
  })

  it('is told again when Home Assistant comes, as often as it has to be and no oftener', () => {
    home.wait(MINUTE)
    const before = home.said.length
    home.send({ kind: 'homeassistant_birth' }, { kind: 'homeassistant_birth' })
    home.wait(2_000)
    home.send({ kind: 'homeassistant_birth' })
    home.wait(2_000)
    expect(home.said).toHaveLength(before + 1)
    home.wait(MINUTE)
    home.send({ kind: 'homeassistant_birth' })
    home.wait(2_000)
    expect(home.said).toHaveLength(before + 2)
  })
})

describe('a device of another maker', () => {
  it('is announced with what its maker says of each entity, as far as Home Assistant takes it', () => {
    const house = openTestHouse()
    house.send({ kind: 'maker_sources', sources: [{ key: 'zigbee2mqtt', dialect: 'zigbee2mqtt', house: 'Home' }] })
    const of = (component: string, more: Parameters<typeof entityOf>[2]) =>
      entityOf('0x1', component, {
        uniqueId: `${component}/${more?.name}`,
        entityId: `${component}.${more?.name}`,
        ...more,
      })
    const device = deviceOf('0x1', {
      name: 'Remote',
      entities: [
        of('event', { name: 'action', options: ['single', 'double'], deviceClass: 'button' }),
        of('event', { name: 'mute' }),
        of('sensor', { name: 'link', category: 'config', measures: { unit: 'lqi' }, deviceClass: 'signal_strength' }),
        of('number', { name: 'delay', category: 'config', orders: ['value'], range: { min: 0, max: 5, step: 1 } }),
        of('binary_sensor', { name: 'odd', deviceClass: 'nonsense', icon: '<script>' }),
        of('vacuum', { name: 'robot' }),
      ],
    })
    house.send(saying([device]))
    const home = new AnnouncedHouse(house)
    const id = accepted(house, 'Remote')
    home.wait(1_000)
    const { components = {} } = home.config(id) ?? {}
    expect(Object.keys(components).sort()).toEqual([
      'binary_sensor_binary_sensor_odd',
      'event_event_action',
      'number_number_delay',
      'sensor_sensor_link',
    ])
    expect(components.event_event_action).toMatchObject({ event_types: ['single', 'double'], device_class: 'button' })
    expect(components.sensor_sensor_link).toMatchObject({ entity_category: 'diagnostic', unit_of_measurement: 'lqi' })
    expect(components.sensor_sensor_link).not.toHaveProperty('device_class')
    expect(components.number_number_delay).toMatchObject({ entity_category: 'config' })
    expect(components.binary_sensor_binary_sensor_odd).not.toHaveProperty('device_class')
    expect(components.binary_sensor_binary_sensor_odd).not.toHaveProperty('icon')
  })

  it('is announced anew with what its bridge says of it in one go, whatever of that is written over', () => {
    const house = makersHouse(lampOf())
    const id = accepted(house)
    const home = new AnnouncedHouse(house)
    const said = saying([
      lampOf('0x1', { entities: [entityOf('0x1', 'light', { orders: ['on'] }), entityOf('0x1', 'lock')] }),
    ])
    expect(house.send(said)).toEqual(['stored'])
    home.hear()
    home.wait(2_000)
    expect(Object.keys(home.config(id)?.components ?? {})).toContain('lock_lock_0x1')
  })

  it('is announced by the hub or by its bridge, and never by both', () => {
    const house = openTestHouse()
    house.send({ kind: 'maker_sources', sources: [] })
    const { bridge } = add(house)
    house.send({ kind: 'maker_source', source: `hub-${bridge}`, online: true, reason: null })
    house.send(saying([lampOf()], { source: `hub-${bridge}` }))
    const home = new AnnouncedHouse(house)
    const id = accepted(house)
    home.wait(1_000)
    expect(Object.keys(home.config(id)?.components ?? {})).toHaveLength(2)
    asked(house, 'update', { bridge, topics: 'homeassistant' })
    home.hear()
    expect(home.config(id)).toBeUndefined()
    asked(house, 'update', { bridge, topics: '' })
    home.hear()
    home.wait(MINUTE)
    expect(home.config(id)).toBeDefined()
    house.send(reach('zigbee2mqtt_0x1', true), states())
  })
})

describe('a device of thousands of entities', () => {
  it('is announced as far as one message goes, which our own reader takes as a whole', () => {
    const house = openTestHouse()
    house.device(PI)
    const add = house.db.prepare(
      "INSERT INTO device_entities (id, device_id, entity_id, key, name, entity_type, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 'light', 0, 0)",
    )
    for (let at = 0; at < 4_000; at += 1) {
      const key = `l${String(at).padStart(4, '0')}`
      add.run(key, PI, `light.${key}`, key, `Lamp ${at}`)
    }
    const home = new AnnouncedHouse(house)
    home.wait(2_000)
    const keys = Object.keys(home.config(PI)?.components ?? {})
    const bytes = Buffer.byteLength(home.retained.get(home.topicOf(PI) ?? '') ?? '')
    expect(bytes).toBeGreaterThan(900_000)
    expect(bytes).toBeLessThan(ANNOUNCEMENT_BYTES)
    expect(home.read(PI)).toMatchObject({ notConnected: [] })
    expect(home.read(PI).entities).toHaveLength(keys.length)
    expect(keys.filter((_, at) => at < 2)).toEqual(['binary_sensor-problem', 'light_l0000'])
  })
})

describe('a house of two hundred devices with four thousand entities', () => {
  it('is announced a part at a time', () => {
    const house = openTestHouse()
    const sensors = Array.from({ length: 20 }, (_, at) => ({ ...TEMPERATURE, key: `t${at}` }))
    for (let at = 0; at < 200; at += 1) house.device(`pi-${at}`)
    const home = new AnnouncedHouse(house)
    const births = Array.from({ length: 200 }, (_, at) => {
      connects += 1
      return [`lares/pi-${at}/birth`, { ...birthMessage.sample, connects, sensors }] as const
    })
    expect(home.send(...births).length).toBeLessThanOrEqual(20)
    for (let second = 0; second < 10; second += 1) expect(home.wait(1_000).length).toBeLessThanOrEqual(20)
    expect(home.retained.size).toBe(200)
    home.send({ kind: 'homeassistant_birth' })
    for (let second = 0; second < 10; second += 1) expect(home.wait(1_000).length).toBeLessThanOrEqual(20)
    home.restart()
    expect(home.retained.size).toBeLessThanOrEqual(20)
    // Nobody is told of what is still to be said that it is gone.
    const before = home.said.length
    home.send({ kind: 'homeassistant_birth' })
    home.wait(5_000)
    expect(home.said.slice(before).filter(({ payload }) => payload === '')).toEqual([])
    home.wait(10_000)
    expect(home.retained.size).toBe(200)
  })
})
