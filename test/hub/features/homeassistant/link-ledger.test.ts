import { describe, expect, it } from 'vitest'
import type { LinkBegins } from '../../../../hub/links/links-thread-messages.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, lampOf, saying } from '../makers/makers-house.ts'
import { AnnouncedHouse } from './announced-house.ts'

const URL = 'mqtt://192.168.1.5:1883'
const LOGIN = 'ha@programs'
const PI = 'kitchen-pi'

const settings = (more: Record<string, unknown> = {}, makers: Record<string, unknown> = {}) => ({
  homeassistant: {
    announce: true,
    brokers: { home: { url: URL, program: 'ha', prefix: 'ha', announce: true, ...more } },
  },
  makers: { brokers: makers },
})

function linkedHouse(given = settings()) {
  const house = openTestHouse({ settings: given })
  house.device(PI)
  const home = new AnnouncedHouse(house)
  const sensors = [{ key: 'temp', kind: 'temperature', unit: '°C', name: 'Air' }]
  home.send([`lares/${PI}/birth`, { ...birthMessage.sample, sensors }])
  const params = { name: 'ha', rights: 'read,entities:control' }
  data(ask(house, commandInput('programs/create', params, { prepared: ['entities'] })))
  const [{ id } = { id: '' }] = house.all<{ id: string }>('SELECT id FROM houses ORDER BY created_at, id')
  return { house, home, config: `ha/device/lares_${id}/${PI}/config` }
}

const begins = (house: TestHouse) =>
  house.input<LinkBegins>({ kind: 'homeassistant_link', step: { ask: 'begins', url: URL, prefix: 'ha', login: LOGIN } })
    .value
const note = (house: TestHouse, ...topics: string[]) =>
  house.input({
    kind: 'homeassistant_link',
    step: {
      ask: 'note',
      url: URL,
      topics: topics.map((topic) => ({
        topic,
        device: topic.split('/').at(-2) === PI ? PI : (topic.split('/')[1] ?? ''),
      })),
    },
  })

describe('the ledger of another broker', () => {
  it('has what is about to stand there before it does, until it was emptied', () => {
    const { house, config } = linkedHouse()
    note(house, config, `lares/${PI}/state/temp`, `lares/${PI}/status`)
    expect(begins(house)).toMatchObject({
      takeBack: [],
      stays: [config, `lares/${PI}/state/temp`, `lares/${PI}/status`],
    })
    house.restart({ settings: settings() })
    expect(begins(house).stays).toHaveLength(3)
    const topics = begins(house).stays
    house.input({ kind: 'homeassistant_link', step: { ask: 'emptied', url: URL, topics } })
    expect(begins(house)).toMatchObject({ takeBack: [], stays: [] })
  })

  it('has all of it taken back when the token of its program is revoked', () => {
    const { house, config } = linkedHouse()
    note(house, config, `lares/${PI}/state/temp`)
    data(ask(house, commandInput('tokens/revoke', { email: LOGIN, all: true })))
    expect(begins(house)).toMatchObject({ stays: [], takeBack: [config, `lares/${PI}/state/temp`] })
  })

  it('has what is gone taken back, whatever it was: an entity, a device, another prefix', () => {
    const { house, config } = linkedHouse()
    note(
      house,
      config,
      `old/device/x/${PI}/config`,
      `lares/${PI}/state/temp`,
      `lares/${PI}/state/gone`,
      'lares/nobody/status',
    )
    expect(begins(house)).toMatchObject({
      stays: [config, `lares/${PI}/state/temp`],
      takeBack: [`lares/${PI}/state/gone`, `old/device/x/${PI}/config`, 'lares/nobody/status'].sort((a, b) =>
        a.includes('nobody') ? 1 : b.includes('nobody') ? -1 : a < b ? -1 : 1,
      ),
    })
    house.send(commandInput('devices/revoke', { device: PI }))
    expect(begins(house).stays).toEqual([])
  })

  it('has everything taken back where nothing is to be announced any more', () => {
    const { house, config } = linkedHouse()
    note(house, config)
    house.restart({ settings: settings({ announce: false }) })
    expect(begins(house)).toMatchObject({ stays: [], takeBack: [config] })
  })

  it('has taken back what the program may not see any more', () => {
    const { house, config } = linkedHouse()
    const status = `lares/${PI}/status`
    note(house, config, status)
    expect(begins(house).stays).toEqual([config, status])
    data(ask(house, commandInput('houses/create', { name: 'Cottage' })))
    data(ask(house, commandInput('devices/move', { device: PI, house: 'Cottage' })))
    house.tick(5_000)
    expect(begins(house)).toMatchObject({ stays: [], takeBack: [config, status] })
  })

  it('names a broker that hub.toml does not name any more, and forgets it when a person says so', () => {
    const { house, config } = linkedHouse()
    note(house, config)
    house.restart({ settings: {} })
    const told = house.effects.filter((effect) => effect.kind === 'problem' && effect.problem !== null)
    expect(told).toMatchObject([{ problem: { code: 'homeassistant_left_behind', weight: 'note' } }])
    expect(data(ask(house, commandInput('homeassistant/forget', { place: URL })))).toEqual({ place: URL, topics: 1 })
    expect(ask(house, commandInput('homeassistant/forget', { place: 'hub' })).error).toMatchObject({
      code: 'not_found',
    })
    house.restart({ settings: {} })
    expect(house.effects.filter((effect) => effect.kind === 'problem' && effect.problem !== null)).toEqual([])
  })

  it('knows devices that Home Assistant hears there itself, and of no others', () => {
    const given = settings({}, { home: { url: 'mqtt://192.168.1.5' }, attic: { url: 'mqtt://192.168.1.6:1883' } })
    const { house } = linkedHouse(given)
    const lamps = (source: string, ieee: string, name: string) => {
      house.send(saying([lampOf(ieee, { name })], { source, dialect: source.split('-')[1] ?? '' }))
      return accepted(house, name)
    }
    const told = () => house.effects.filter((effect) => effect.kind === 'homeassistant_twins')
    const there = lamps('home-homeassistant', '0xa', 'There')
    expect(told()).toMatchObject([{ url: URL, devices: [there] }])
    lamps('attic-homeassistant', '0xb', 'Elsewhere')
    lamps('home-zigbee2mqtt', '0xc', 'Bridged')
    expect(told()).toEqual([])
    expect(begins(house).twins).toEqual([there])
  })
})
