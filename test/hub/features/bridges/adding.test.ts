import { describe, expect, it } from 'vitest'
import { BRIDGES } from '../../../../shared/limits.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { lampOf, saying } from '../makers/makers-house.ts'
import { add, asked, bridgesHouse, login, PLAIN } from './bridges-house.ts'

const refusal = (house: TestHouse, kind: string, more: Record<string, unknown> = {}) => {
  const answer = asked(house, 'add', { kind, ...more })
  return answer.status === 'error' ? `${answer.error?.code}: ${answer.error?.message}` : answer.status
}
/** What the broker was told of bridges last. */
const told = (house: TestHouse) =>
  house.effects.findLast((effect) => effect.kind === 'bridges')?.bridges.map(({ name, topics }) => [name, ...topics])

describe('a house without bridges', () => {
  it('is told how to begin, and no more once there is one', () => {
    const house = bridgesHouse()
    const says = () => [
      data(asked(house, 'list', {})).says,
      query(house, 'makers/sources').says,
      query(house, 'makers/list').says,
    ]
    expect(says()).toEqual([
      expect.stringContaining('lares bridges add zigbee2mqtt'),
      expect.stringContaining('lares bridges add zigbee2mqtt'),
      expect.stringContaining('lares makers sources'),
    ])
    add(house)
    expect(says()).toEqual([undefined, undefined, expect.stringContaining('lares makers sources')])
  })
})

describe('a bridge', () => {
  it('is let in with its password alone, and the broker knows its topics', () => {
    const house = bridgesHouse()
    const access = add(house)
    expect(told(house)).toEqual([['zigbee2mqtt', 'zigbee2mqtt']])
    expect(login(house, access)).toMatchObject({
      accept: { kind: 'bridge', name: 'zigbee2mqtt' },
      clientId: 'mqttjs_1',
    })
    expect(login(house, access, '')).toMatchObject({ clientId: expect.stringMatching(/^zigbee2mqtt\./) })
    for (const wrong of [
      { ...access, password: 'wrong' },
      { ...access, password: '' },
      { ...access, user: 'attic@bridges' },
      { ...access, user: 'zigbee2mqtt' },
    ])
      expect(login(house, wrong)).toMatchObject({ refuse: 4 })
    house.restart()
    house.send()
    expect(login(house, access)).toMatchObject({ accept: { kind: 'bridge' } })
  })

  it('is listened to by the hub itself, which may do there what the bridge may and no more', () => {
    const house = bridgesHouse()
    const { user } = add(house)
    const overSocket = (username: string | null) =>
      house.input({
        kind: 'authenticate',
        credentials: { clientId: 'lares-1', username, password: null, listener: 'local' },
      }).value
    expect(overSocket(user)).toMatchObject({ accept: { kind: 'bridge', name: 'zigbee2mqtt' } })
    expect(overSocket('attic@bridges')).toMatchObject({ refuse: 4 })
    expect(overSocket(null)).toMatchObject({ accept: { kind: 'local' } })
    expect(house.all('SELECT last_used_at FROM bridges')).toEqual([{ last_used_at: null }])
  })

  it('is known by no word of its password', () => {
    const house = bridgesHouse()
    const { password } = add(house)
    const rows = JSON.stringify([
      house.all('SELECT * FROM bridges'),
      house.all('SELECT * FROM events'),
      house.all('SELECT * FROM request_memory'),
    ])
    expect(rows).not.toContain(password)
    expect(JSON.stringify(data(asked(house, 'list', {})))).not.toContain(password)
  })

  it.each([
    ['zigbee2mqtt', 'base_topic: zigbee2mqtt'],
    ['tasmota', 'MqttHost 192.168.1.5; MqttPort 1883'],
    ['esphome', 'topic_prefix: esphome/'],
    ['homeassistant', 'discovery prefix homeassistant'],
  ])('of the kind %s is told where it is set up what to write', (kind, words) => {
    const { write, password, user } = add(bridgesHouse(), kind)
    expect(write.join('\n')).toContain(words)
    expect(write.join('\n')).toContain(password)
    expect(write.join('\n')).toContain(user)
  })

  it('has topics of its own alone', () => {
    const house = bridgesHouse()
    add(house)
    add(house, 'tasmota')
    expect(refusal(house, 'zigbee2mqtt')).toMatch(/^already_exists: there is a bridge zigbee2mqtt/)
    for (const prefix of ['zigbee2mqtt', 'zigbee2mqtt/attic', ' zigbee2mqtt/# ', 'tele', 'tasmota', 'cmnd/x'])
      expect(refusal(house, 'zigbee2mqtt', { name: 'attic', prefix })).toMatch(/^already_exists: topics below/)
    for (const prefix of ['lares', 'lares/kitchen-pi'])
      expect(refusal(house, 'zigbee2mqtt', { name: 'attic', prefix })).toMatch(/the hub's own/)
    expect(refusal(house, 'esphome', { topics: 'esphome,esphome/attic' })).toMatch(/named twice/)
    expect(refusal(house, 'esphome', { topics: 'homeassistant/x' })).toMatch(/named twice/)
    for (const prefix of ['', '/', '#', '+/x', '$SYS', 'a b', 'a//b', 'a/+/b', 'x/'.repeat(20)])
      expect(refusal(house, 'zigbee2mqtt', { name: 'attic', prefix })).toMatch(/^bad_params: prefix/)
    expect(refusal(house, 'zigbee2mqtt', { name: 'attic', prefix: 'attic/zigbee/' })).toBe('ok')
    expect(refusal(house, 'zigbee2mqtt', { name: 'cellar', prefix: 'zigbee2mqtt2' })).toBe('ok')
    expect(refusal(house, 'zwave')).toMatch(/^bad_params: kind/)
  })

  it('is called in any case, and what is no topic is told by itself', () => {
    const house = bridgesHouse()
    expect(add(house, 'zigbee2mqtt', { name: ' Attic', prefix: 'attic' })).toMatchObject({ user: 'attic@bridges' })
    expect(refusal(house, 'tasmota', { name: 'Dach Boden' })).toMatch(/name: has only a-z, 0-9 and - within, such as/)
    expect(refusal(house, 'tasmota', { topics: 'tele, #' })).toMatch(/^bad_params: topics: # is no topic/)
  })

  it('is one of sixteen, and has topics that can be counted', () => {
    const house = bridgesHouse()
    for (let at = 0; at < BRIDGES.most; at += 1) add(house, 'zigbee2mqtt', { name: `z${at}`, prefix: `z${at}` })
    expect(refusal(house, 'zigbee2mqtt')).toMatch(/^bad_params: this hub has 16 bridges/)
    const topics = Array.from({ length: BRIDGES.topics + 1 }, (_, at) => `t${at}`).join()
    expect(asked(house, 'update', { bridge: 'z1', topics })).toMatchObject({ error: { code: 'bad_params' } })
  })

  it('has other topics when a person says so, and connects again', () => {
    const house = bridgesHouse()
    add(house, 'esphome')
    expect(data(asked(house, 'update', { bridge: 'ESPhome@bridges ', topics: 'esphome, plugs' }))).toEqual({
      bridge: 'esphome',
      topics: ['homeassistant', 'esphome', 'plugs'],
    })
    expect(told(house)).toEqual([['esphome', 'homeassistant', 'esphome', 'plugs']])
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_bridge' }))
    expect(asked(house, 'update', { bridge: 'esphom', topics: '' })).toMatchObject({
      error: { code: 'not_found', hint: expect.stringContaining('esphome') },
    })
  })

  it('has another password from now on, and is shut out with the old one', () => {
    const house = bridgesHouse()
    const before = add(house)
    const after = data<typeof before>(asked(house, 'password', { bridge: 'zigbee2mqtt' }))
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_bridge' }))
    expect(login(house, before)).toMatchObject({ refuse: 4 })
    expect(login(house, after)).toMatchObject({ accept: { kind: 'bridge' } })
  })

  it('is gone with its house', () => {
    const house = bridgesHouse()
    data(ask(house, commandInput('houses/create', { name: 'Cottage' })))
    const access = add(house, 'zigbee2mqtt', { house: 'Cottage' })
    expect(access.house).toBe('Cottage')
    expect(asked(house, 'add', { kind: 'tasmota' })).toMatchObject({ error: { message: 'which house?' } })
    const lamp = lampOf('0x1', { name: 'Lamp of the cottage' })
    house.send(saying([lamp], { source: 'hub-zigbee2mqtt', house: 'Cottage' }))
    expect(JSON.stringify(house.all('SELECT * FROM maker_devices'))).toContain('Lamp of the cottage')
    data(ask(house, commandInput('houses/remove', { house: 'Cottage' })))
    expect(told(house)).toEqual([])
    expect(house.all('SELECT name FROM maker_devices')).toEqual([])
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_bridge' }))
    expect(login(house, access)).toMatchObject({ refuse: 4 })
  })

  it('is added and removed by administrators, and the audit says by whom', () => {
    const house = openTestHouse()
    house.send({ kind: 'maker_sources', sources: [] })
    add(house)
    data(ask(house, commandInput('bridges/remove', { bridge: 'zigbee2mqtt' }, { prepared: PLAIN })))
    expect(told(house)).toEqual([])
    const types = house.all<{ event_type: string }>("SELECT event_type FROM events WHERE event_type LIKE 'bridge%'")
    expect(types.map(({ event_type }) => event_type)).toEqual(['bridge_added', 'bridge_removed'])
  })
})
