import { describe, expect, it } from 'vitest'
import { ask, commandInput, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import {
  accepted,
  deviceOf,
  eventsOf,
  lampOf,
  saying,
  source,
  statuses,
  statusOf,
  wanted,
} from '../makers/makers-house.ts'
import { add, asked, bridgesHouse, idOf } from './bridges-house.ts'

const SOURCE = 'hub-zigbee2mqtt'
const away = (house: TestHouse) => eventsOf(house, 'maker_source_away', 'maker_source_back')
const sourceState = (house: TestHouse) =>
  query<{ sources: { source: string; state: string; reason: string | null; house: string | null }[] }>(
    house,
    'makers/sources',
  ).sources

/** A house with a bridge that is connected and heard, whose lamp was accepted. */
function houseWithLamp() {
  const house = bridgesHouse()
  const access = add(house)
  const bridge = idOf(house, access)
  house.send(source(true, null, SOURCE))
  house.send({ kind: 'bridge_presence', bridge, online: true, reason: 'connected' })
  house.send(saying([lampOf()], { source: SOURCE }))
  const device = accepted(house)
  house.send({ kind: 'maker_reach', source: SOURCE, reach: [{ identity: 'zigbee2mqtt_0x1', available: true }] })
  return { house, bridge, device, access }
}

describe('a bridge at the hub’s own broker', () => {
  it('is a source of its house that was not heard yet, and no news while it never came', () => {
    const house = bridgesHouse()
    add(house)
    house.send(source(true, null, SOURCE))
    house.tick(120_000)
    expect(sourceState(house)).toMatchObject([{ source: SOURCE, state: 'not heard yet', house: 'Home' }])
    expect(away(house)).toEqual([])
  })

  it('is there while it is connected, and its devices with it', () => {
    const { house, bridge, device } = houseWithLamp()
    expect(sourceState(house)).toMatchObject([{ state: 'online', reason: null }])
    expect(statusOf(house, device)).toBe('online reachable')
    house.send({ kind: 'bridge_presence', bridge, online: false, reason: 'lost' })
    expect(statusOf(house, device)).toBe('offline source_away')
    expect(sourceState(house)).toMatchObject([{ state: 'away', reason: expect.stringContaining('not connected') }])
    house.send({ kind: 'bridge_presence', bridge, online: true, reason: 'connected' })
    expect(statusOf(house, device)).toBe('online reachable')
    expect(away(house)).toEqual(['maker_source_away', 'maker_source_back'])
  })

  it('is away while nobody listens to it, and comes back by itself', () => {
    const { house, device } = houseWithLamp()
    house.send(source(false, 'the thread is being started anew', SOURCE))
    expect(statusOf(house, device)).toBe('offline source_away')
    expect(sourceState(house)).toMatchObject([{ state: 'away', reason: 'the thread is being started anew' }])
    house.send(source(true, null, SOURCE))
    expect(statusOf(house, device)).toBe('online reachable')
  })

  it('has a minute to come back after the hub was started, before anybody is told that it is away', () => {
    const { house, device } = houseWithLamp()
    house.restart()
    house.send({ kind: 'maker_sources', sources: [] })
    house.send(source(true, null, SOURCE))
    house.tick(30_000)
    expect(statusOf(house, device)).toBe('online reachable')
    house.tick(31_000)
    expect(statusOf(house, device)).toBe('offline source_away')
    expect(away(house)).toEqual(['maker_source_away'])
  })

  it('is not away because the hub itself cannot hear it yet, as long as it has that minute', () => {
    const { house, device } = houseWithLamp()
    house.restart()
    house.send({ kind: 'maker_sources', sources: [] })
    house.send(source(false, 'connect ENOENT', SOURCE))
    expect(statusOf(house, device)).toBe('online reachable')
    house.tick(61_000)
    expect(statusOf(house, device)).toBe('offline source_away')
    expect(sourceState(house)).toMatchObject([{ state: 'away', reason: 'connect ENOENT' }])
  })

  it('that came back within that minute was never away', () => {
    const { house, bridge, device } = houseWithLamp()
    house.restart()
    house.send({ kind: 'maker_sources', sources: [] })
    house.send(source(true, null, SOURCE))
    house.send({ kind: 'bridge_presence', bridge, online: true, reason: 'connected' })
    house.tick(120_000)
    expect(statusOf(house, device)).toBe('online reachable')
    expect(away(house)).toEqual([])
  })

  it('leaves its devices when it is removed, and has them again when it is added again', () => {
    const { house, device } = houseWithLamp()
    expect(asked(house, 'remove', { bridge: 'zigbee2mqtt' }).status).toBe('ok')
    expect(statusOf(house, device)).toBe('offline source_gone')
    expect(sourceState(house)).toMatchObject([{ state: 'removed' }])
    const bridge = idOf(house, add(house))
    house.send(source(true, null, SOURCE))
    house.send({ kind: 'bridge_presence', bridge, online: true, reason: 'connected' })
    house.send(saying([lampOf()], { source: SOURCE }))
    house.send({ kind: 'maker_reach', source: SOURCE, reach: [{ identity: 'zigbee2mqtt_0x1', available: true }] })
    expect(statusOf(house, device)).toBe('online reachable')
  })
})

describe('a bridge that is removed beside something that fails', () => {
  it('is gone all the same, when what failed was left out', () => {
    const { house, device } = houseWithLamp()
    const removing = commandInput('bridges/remove', { bridge: 'zigbee2mqtt' })
    const renaming = commandInput('devices/rename', { device, name: 'Sofa' })
    const verdicts = house.send(removing, renaming, { kind: 'nobody takes this' } as never)
    expect(verdicts).toEqual(['stored', 'stored', 'rejected'])
    expect(sourceState(house)).toMatchObject([{ state: 'removed' }])
    expect(statusOf(house, device)).toBe('offline source_gone')
  })
})

describe('a bridge that is added again in another house', () => {
  it('tells the new one nothing of what the old one had, and leaves the devices of the old one alone', () => {
    const { house, device } = houseWithLamp()
    const plug = deviceOf('0x2', { name: 'Secret plug' })
    house.send(saying([lampOf(), plug], { source: SOURCE }))
    asked(house, 'remove', { bridge: 'zigbee2mqtt' })
    ask(house, commandInput('houses/create', { name: 'Cottage' }))
    const access = add(house, 'zigbee2mqtt', { house: 'Cottage' })
    const entitiesOf = (of: string) =>
      house.all('SELECT entity_type AS type, state FROM device_entities WHERE device_id = ? ORDER BY entity_type', of)
    const before = entitiesOf(device)
    expect(before).toHaveLength(2)
    expect(statuses(house)).toEqual([])
    expect(wanted(house)).not.toContainEqual([SOURCE, expect.arrayContaining(['zigbee2mqtt_0x1'])])
    house.send(source(true, null, SOURCE))
    house.send(saying([lampOf('0x1', { name: 'Its lamp' })], { source: SOURCE, house: 'Cottage' }))
    house.send({ kind: 'maker_reach', source: SOURCE, reach: [{ identity: 'zigbee2mqtt_0x1', available: true }] })
    expect(statuses(house)).toEqual(['Its lamp waiting'])
    expect(statusOf(house, device)).toMatch(/^offline/)
    expect(house.all('SELECT name FROM devices WHERE id = ?', device)).toEqual([{ name: 'Lamp' }])
    const theirs = accepted(house, 'Its lamp')
    house.send({ kind: 'bridge_presence', bridge: idOf(house, access), online: true, reason: 'connected' })
    house.send({ kind: 'maker_states', source: SOURCE, states: [{ uniqueId: 'light/0x1_state', state: true }] })
    expect(entitiesOf(theirs)).toEqual([
      { type: 'light', state: 'on' },
      { type: 'sensor', state: null },
    ])
    expect(entitiesOf(device)).toEqual(before)
  })

  it('has its devices again where it is added in the same one', () => {
    const { house } = houseWithLamp()
    asked(house, 'remove', { bridge: 'zigbee2mqtt' })
    add(house)
    expect(statuses(house)).toEqual(['Lamp accepted'])
  })
})
