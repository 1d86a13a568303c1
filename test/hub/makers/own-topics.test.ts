import { describe, expect, it } from 'vitest'
import { HOMEASSISTANT } from '../../../hub/dialects/homeassistant/home-assistant.ts'
import { TASMOTA } from '../../../hub/dialects/tasmota/tasmota.ts'
import { deviceWords } from '../../../hub/makers/maker-device.ts'
import type { OwnTopics } from '../../../hub/makers/own-topics.ts'
import { Roster } from '../../../hub/makers/roster.ts'

const OWN = ['homeassistant', 'esphome']

/** A switch of a bridge that may use some topics, as it is announced and wanted. */
function switchOf(config: Record<string, unknown>, own: OwnTopics = OWN) {
  const roster = new Roster(HOMEASSISTANT, 'homeassistant', own)
  const device = { identifiers: ['it'], name: 'It' }
  const said = { ...{ unique_id: 'x', device, command_topic: 'esphome/x/set', payload_on: 'ON' }, ...config }
  const payload = Buffer.from(JSON.stringify(said))
  const { devices } = roster.hear({ topic: 'homeassistant/switch/x/config', payload, retained: true }, 0)
  roster.want(['it'])
  return { roster, words: devices.map(deviceWords)[0] }
}

describe('a bridge that may use some topics alone', () => {
  it.each(['lares/admin/request/users/create', 'zigbee2mqtt/lamp/set', 'esphomes/x/set', 'homeassistan'])(
    'has nobody told anything on %s',
    (topic) => {
      const { roster } = switchOf({ command_topic: topic })
      expect(() => roster.order('switch/x', { order: 'on' })).toThrow('which is none of the topics of its bridge')
    },
  )

  it.each([
    { state_topic: 'zigbee2mqtt/lamp' },
    { state_topic: 'lares/kitchen-pi/status' },
    { availability_topic: 'esphomes/status' },
  ])('makes nobody listen elsewhere: %s', (config) => {
    const { roster, words } = switchOf(config)
    const [topic = ''] = Object.values(config)
    expect(words?.entities).toEqual([])
    expect(words?.notConnected).toMatchObject([{ reason: expect.stringContaining(topic) }])
    expect([...roster.filters].filter((filter) => !filter.startsWith('homeassistant/'))).toEqual([])
    expect(roster.most(topic)).toBe(0)
  })

  it('has nobody asked elsewhere how it is', () => {
    const roster = new Roster(TASMOTA, 'tasmota/discovery', ['tasmota/discovery', 'cmnd', 'stat', 'tele'])
    const config = { mac: '112233445566', t: 'x', ft: '%prefix%/%topic%/', rl: [1], tp: ['lares', 'stat', 'tele'] }
    const payload = Buffer.from(JSON.stringify(config))
    roster.hear({ topic: 'tasmota/discovery/112233445566/config', payload, retained: true }, 0)
    roster.want(['mac:11:22:33:44:55:66'])
    roster.hear({ topic: 'tele/x/LWT', payload: Buffer.from('Online'), retained: true }, 0)
    expect(roster.nextAsk()).toBeNull()
  })

  it('is heard and told on all of its own', () => {
    const { roster } = switchOf({ state_topic: 'esphome/x/state', availability_topic: 'esphome' })
    expect([...roster.filters]).toEqual(expect.arrayContaining(['esphome/x/state', 'esphome']))
    expect(roster.order('switch/x', { order: 'on' })).toMatchObject([{ topic: 'esphome/x/set', payload: 'ON' }])
  })
})

describe('a broker of somebody else', () => {
  it('says itself what may be used there', () => {
    const { roster } = switchOf({ command_topic: 'anything/set', state_topic: 'anything' }, null)
    expect(roster.order('switch/x', { order: 'on' })).toMatchObject([{ topic: 'anything/set' }])
    expect([...roster.filters]).toContain('anything')
  })
})
