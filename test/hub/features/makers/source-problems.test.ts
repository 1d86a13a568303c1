import { describe, expect, it } from 'vitest'
import type { ToldProblem } from '../../../../hub/engine/health-problem.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { add, asked, bridgesHouse, idOf } from '../bridges/bridges-house.ts'
import { accepted, eventsOf, lampOf, listed, reach, saying, source, states, statusOf } from './makers-house.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LAMP = 'home-zigbee2mqtt'
const SPOKEN = ['zigbee2mqtt', 'tasmota', 'homeassistant']
const REASON = 'nothing listens there'

const NAMED = {
  kind: 'maker_sources',
  sources: SPOKEN.map((dialect) => ({ key: `home-${dialect}`, dialect, house: 'Home' })),
} as const

/** What the hub's health knows after these spans of time, by its name. */
function health(house: TestHouse, ...spans: number[]): Record<string, ToldProblem | null> {
  const told: Record<string, ToldProblem | null> = {}
  for (const ms of spans) {
    house.tick(ms)
    for (const effect of house.effects)
      if (effect.kind === 'problem' && effect.name.startsWith('makers_away')) told[effect.name] = effect.problem
  }
  return told
}

const away = (refuses?: true) =>
  SPOKEN.map((dialect) => ({ ...source(false, REASON, `home-${dialect}`), ...(refuses && { refuses }) }))
const back = () => SPOKEN.map((dialect) => source(true, null, `home-${dialect}`))

/** A house whose hub.toml names a broker, at which a lamp was accepted. */
function houseWithBroker(): { house: TestHouse; device: string } {
  const house = openTestHouse()
  house.send(NAMED, ...back(), saying([lampOf()], { source: LAMP }))
  return { house, device: accepted(house) }
}

describe('a broker that is away', () => {
  it('is nobody’s trouble for five minutes, then told once by its key, and no longer when it is back', () => {
    const { house } = houseWithBroker()
    house.send(...away())
    expect(health(house, 1_000, 4 * MINUTE_MS)).toEqual({})
    expect(health(house, MINUTE_MS)).toEqual({
      'makers_away:home': {
        code: 'makers_broker_away',
        message: `the broker home is away (1 device with it): ${REASON}`,
        weight: 'attention',
      },
    })
    expect(health(house, MINUTE_MS)).toEqual({})
    house.send(...back())
    expect(health(house, 1_000)).toEqual({ 'makers_away:home': null })
  })

  it('has five minutes again each time', () => {
    const { house } = houseWithBroker()
    for (let round = 0; round < 3; round += 1) {
      house.send(...away())
      expect(health(house, 1_000, 4 * MINUTE_MS)).toEqual({})
      house.send(...back())
      expect(health(house, 1_000)).toEqual({})
    }
  })

  it('with nothing that anybody accepted is noted, and the hub is well', () => {
    const house = openTestHouse()
    house.send(NAMED, ...away())
    expect(health(house, 1_000, 6 * MINUTE_MS)['makers_away:home']).toMatchObject({
      message: `the broker home is away: ${REASON}`,
      weight: 'note',
    })
  })

  it('for a week was switched off on purpose', () => {
    const { house } = houseWithBroker()
    house.send(...away())
    expect(health(house, 1_000, 6 * DAY_MS)['makers_away:home']).toMatchObject({ weight: 'attention' })
    expect(health(house, 2 * DAY_MS)['makers_away:home']).toMatchObject({ weight: 'note' })
    house.restart()
    house.send(NAMED, ...away())
    expect(health(house, 1_000, 6 * MINUTE_MS)['makers_away:home']).toMatchObject({ weight: 'note' })
  })

  it('is not told when the hub has just begun, however long it was away before', () => {
    const { house } = houseWithBroker()
    house.send(...away())
    health(house, 1_000, DAY_MS)
    house.restart()
    expect(house.effects).toContainEqual({ kind: 'problem', name: 'makers_away:home', problem: null })
    house.send(NAMED, ...away())
    expect(health(house, 1_000, 4 * MINUTE_MS)).toEqual({})
    expect(health(house, MINUTE_MS)).toHaveProperty('makers_away:home')
  })

  it('and lets nobody in is told as that, also where nobody accepted anything', () => {
    const house = openTestHouse()
    house.send(NAMED, ...away(true))
    expect(health(house, 1_000, 6 * MINUTE_MS)).toEqual({
      'makers_away:home': { code: 'makers_broker_refuses', message: `the broker home cannot be used: ${REASON}` },
    })
    house.send(...away())
    expect(health(house, 1_000)).toMatchObject({ 'makers_away:home': { code: 'makers_broker_away' } })
  })

  it('is told no longer when hub.toml does not name it any more', () => {
    const { house } = houseWithBroker()
    house.send(...away())
    health(house, 1_000, 6 * MINUTE_MS)
    house.send({ kind: 'maker_sources', sources: [] })
    expect(health(house, 1_000)).toEqual({ 'makers_away:home': null })
  })

  it('for a day takes nothing: the same devices are back, and their history goes on', () => {
    const { house, device } = houseWithBroker()
    house.send({ ...reach('zigbee2mqtt_0x1', true), source: LAMP })
    house.send({ ...states({ uniqueId: 'light/0x1_state', state: true }), source: LAMP })
    const before = listed(house)
    house.send(...away())
    for (let hours = 0; hours < 24; hours += 1) house.tick(DAY_MS / 24)
    expect(statusOf(house, device)).toBe('offline source_away')
    house.send(...back(), saying([lampOf()], { source: LAMP }))
    house.send({ ...reach('zigbee2mqtt_0x1', true), source: LAMP })
    house.send({ ...states({ uniqueId: 'light/0x1_state', state: false }), source: LAMP })
    expect(statusOf(house, device)).toBe('online reachable')
    expect(listed(house).map(({ device: one, status }) => [one, status])).toEqual(
      before.map(({ device: one, status }) => [one, status]),
    )
    expect(eventsOf(house, 'state_changed', 'maker_source_away', 'maker_source_back')).toEqual([
      'state_changed',
      'maker_source_away',
      'maker_source_away',
      'maker_source_away',
      'maker_source_back',
      'maker_source_back',
      'maker_source_back',
      'state_changed',
    ])
  })
})

describe('a bridge that is away', () => {
  const SOURCE = 'hub-zigbee2mqtt'

  it('is told where it was there, by its name, until it is back or removed', () => {
    const house = bridgesHouse()
    const bridge = idOf(house, add(house))
    const comes = (online: boolean) => ({ kind: 'bridge_presence', bridge, online, reason: '' }) as const
    house.send(source(true, null, SOURCE))
    expect(health(house, 1_000, 6 * MINUTE_MS)).toEqual({})
    house.send(comes(true), saying([lampOf()], { source: SOURCE }))
    accepted(house)
    house.send(comes(false))
    expect(health(house, 1_000, 4 * MINUTE_MS)).toEqual({})
    expect(health(house, MINUTE_MS)).toMatchObject({
      'makers_away:hub-zigbee2mqtt': {
        code: 'makers_bridge_away',
        message: expect.stringMatching(/^the bridge zigbee2mqtt is away \(1 device with it\): it is not connected/),
        weight: 'attention',
      },
    })
    house.send(comes(true))
    expect(health(house, 1_000)).toEqual({ 'makers_away:hub-zigbee2mqtt': null })
    house.send(comes(false))
    health(house, 1_000, 6 * MINUTE_MS)
    asked(house, 'remove', { bridge: 'zigbee2mqtt' })
    expect(health(house, 1_000)).toEqual({ 'makers_away:hub-zigbee2mqtt': null })
  })
})
