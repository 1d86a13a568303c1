import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
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
  statusOf,
  wanted,
  Z2M,
} from './makers-house.ts'

function otherHouse(house: TestHouse): void {
  house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START + 1}, 0)`)
}

describe('a device that is heard of at two sources', () => {
  const AT_HA = { source: 'ha', dialect: 'homeassistant' }
  const same = () =>
    deviceOf('0x1', {
      ...{ name: 'Lamp of HA', identity: 'ha-1', identities: ['ha-1', 'ieee:0x1'] },
      entities: [entityOf('0x1', 'light', { uniqueId: 'ha_light' })],
    })

  it('is one device, whichever is heard first, and one source tells of it', () => {
    const house = makersHouse(lampOf())
    house.send(saying([same()], AT_HA))
    const device = accepted(house)
    expect(listed(house)).toMatchObject([{ device }, { device }])
    expect(house.all('SELECT count(*) AS n FROM devices')).toEqual([{ n: 1 }])
    expect(wanted(house)).toEqual([[Z2M, ['zigbee2mqtt_0x1']]])
    expect(query(house, 'makers/show', { maker: 'Lamp of HA' })).toMatchObject({
      maker: { device, speaks: false },
      other_sources: [`${Z2M}, as zigbee2mqtt_0x1: its states are taken from there, and not from ha`],
    })
    expect(query(house, 'makers/show', { maker: device })).toMatchObject({ maker: { speaks: true, source: Z2M } })
    house.send({ ...states({ uniqueId: 'ha_light', state: true }), source: 'ha' })
    expect(eventsOf(house, 'state_changed')).toEqual([])
    expect(accept(house, 'Lamp of HA').says).toBe(
      `Lamp of HA is accepted already: it is the device ${device}, which another source than ha tells of.`,
    )
  })

  it('is the same one when the second is heard later', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.send(saying([same()], AT_HA))
    expect(listed(house, { source: 'ha' })).toMatchObject([{ status: 'accepted', device }])
  })

  it('does not show the device of one house to another', () => {
    const house = makersHouse(lampOf())
    otherHouse(house)
    accepted(house)
    house.send(saying([same()], { ...AT_HA, house: 'Other' }))
    expect(listed(house, {}, memberOf('owner', 'other'))).toMatchObject([{ status: 'waiting', device: null }])
  })

  it('is told of by the other once hub.toml does not name the first, with its keys and history', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house)
    house.send(reach('zigbee2mqtt_0x1', true), states({ uniqueId: 'light/0x1_state', state: true }))
    const keys = () =>
      house.all('SELECT id, key, source, is_enabled FROM device_entities WHERE device_id = ? ORDER BY key', device)
    const before = keys()
    // The same broker has another name there now.
    house.send({ kind: 'maker_sources', sources: [{ key: 'attic', dialect: 'zigbee2mqtt', house: 'Home' }] })
    house.send(saying([lampOf()], { source: 'attic' }))
    expect(wanted(house)).toEqual([
      ['attic', ['zigbee2mqtt_0x1']],
      [Z2M, []],
    ])
    expect(keys()).toEqual(before.map((row) => ({ ...row, source: 'attic' })))
    house.now += 2_000
    house.send({ ...reach('zigbee2mqtt_0x1', true), source: 'attic' })
    house.send({ ...states({ uniqueId: 'light/0x1_state', state: false }), source: 'attic' })
    expect(statusOf(house, device)).toBe('online reachable')
    expect(eventsOf(house, 'state_changed')).toHaveLength(2)
    house.send({ kind: 'maker_sources', sources: [{ key: Z2M, dialect: 'zigbee2mqtt', house: 'Home' }] })
    house.send(saying([lampOf()]))
    expect(listed(house, { source: Z2M })).toMatchObject([{ status: 'accepted', device }])
    expect(keys()).toEqual(before)
  })

  it('is not told of by the other while the first is only away', () => {
    const house = makersHouse(lampOf())
    accepted(house)
    house.send(source(false, 'away'), saying([same()], AT_HA))
    expect(wanted(house).filter(([, identities]) => identities?.length !== 0)).toEqual([])
    expect(query(house, 'makers/show', { maker: 'Lamp of HA' })).toMatchObject({ maker: { speaks: false } })
  })

  it('is not two when all that waits is accepted', () => {
    const house = makersHouse(lampOf())
    house.send(saying([same()], AT_HA))
    data(ask(house, commandInput('makers/accept', { all: true })))
    expect(house.all('SELECT count(*) AS n FROM devices')).toEqual([{ n: 1 }])
  })
})
