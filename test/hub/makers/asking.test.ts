import { describe, expect, it } from 'vitest'
import { ZIGBEE2MQTT } from '../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import { Asking } from '../../../hub/makers/asking.ts'
import { Roster } from '../../../hub/makers/roster.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { COORDINATOR, DOOR, LAMP, RADIATOR } from '../dialects/zigbee2mqtt/devices.ts'

type Device = Record<string, unknown> & { ieee_address: string; friendly_name: string }

/** A roster of a Zigbee2MQTT with these devices, and who asks them. */
class Asked {
  readonly clock = new ManualClock()
  readonly published: string[] = []
  readonly roster = new Roster(ZIGBEE2MQTT, 'zigbee2mqtt')
  readonly asking = new Asking({
    next: () => this.roster.nextAsk(),
    publish: async ({ topic, payload }) => {
      this.published.push(`${topic} ${payload}`)
      if (this.isAway) throw new Error('the broker is away')
    },
    clock: this.clock,
  })
  isAway = false
  #devices: readonly Device[]

  constructor(...devices: readonly Device[]) {
    this.#devices = devices
    this.say('bridge/devices', [COORDINATOR, ...devices])
  }

  say(topic: string, payload: unknown, retained = false): void {
    const message = { topic: `zigbee2mqtt/${topic}`, payload: Buffer.from(JSON.stringify(payload)), retained }
    this.roster.hear(message, this.clock.now())
  }

  accept(): void {
    this.roster.want(this.#devices.map(({ ieee_address }) => `zigbee2mqtt_${ieee_address}`))
    this.say('bridge/state', { state: 'online' }, true)
    this.asking.soon()
  }
}

const ASKED = 'zigbee2mqtt/Kitchen/lamp/get {"state":"","brightness":"","color_temp":""}'
const sayOfAll = (asked: Asked) => asked.say('Kitchen/lamp', { state: 'ON', effect: 'none' })

const SECOND: Device = { ...LAMP, ieee_address: '0x00158d00000000b1', friendly_name: 'second' }

describe('a lamp that says nothing of itself', () => {
  it('is asked once when its states are wanted, and not before the broker said what it kept', () => {
    const asked = new Asked(LAMP)
    asked.accept()
    asked.clock.advance(1_999)
    expect(asked.published).toEqual([])
    asked.clock.advance(1)
    expect(asked.published).toEqual([ASKED])
    asked.clock.advance(3_600_000)
    asked.accept()
    asked.clock.advance(3_600_000)
    expect(asked.published).toEqual([ASKED])
  })

  it('is not asked when its state was kept, when nobody wants it, and while its bridge is away', () => {
    const kept = new Asked(LAMP)
    kept.accept()
    kept.say('Kitchen/lamp', { state: 'ON' }, true)
    const unwanted = new Asked(LAMP)
    unwanted.asking.soon()
    const away = new Asked(LAMP)
    away.accept()
    away.say('bridge/state', { state: 'offline' })
    for (const { clock } of [kept, unwanted, away]) clock.advance(60_000)
    expect([kept.published, unwanted.published, away.published]).toEqual([[], [], []])
    away.say('bridge/state', { state: 'online' })
    away.asking.soon()
    away.clock.advance(2_000)
    expect(away.published).toEqual([ASKED])
  })

  it('is asked again after the connection was lost, if nobody said anything meanwhile', () => {
    const asked = new Asked(LAMP)
    asked.accept()
    asked.isAway = true
    asked.clock.advance(2_000)
    asked.roster.lost()
    asked.accept()
    asked.clock.advance(2_000)
    expect(asked.published).toEqual([ASKED, ASKED])
    sayOfAll(asked)
    asked.roster.lost()
    asked.accept()
    asked.clock.advance(2_000)
    expect(asked.published).toHaveLength(2)
  })

  it('is asked again when it had no power, and tells what it says then', () => {
    const asked = new Asked(LAMP)
    asked.accept()
    sayOfAll(asked)
    const { ieee_address, friendly_name } = LAMP
    asked.say('bridge/event', { type: 'device_announce', data: { ieee_address, friendly_name } })
    asked.asking.soon()
    asked.clock.advance(2_000)
    expect(asked.published).toEqual([ASKED])
  })

  it('is asked when it is accepted after others of its bridge, which is said to be there once', () => {
    const asked = new Asked(LAMP, SECOND)
    const [first, second] = [LAMP, SECOND].map(({ ieee_address }) => `zigbee2mqtt_${ieee_address}`)
    asked.roster.want([first ?? ''])
    asked.say('bridge/state', { state: 'online' }, true)
    asked.roster.want([first ?? '', second ?? ''])
    asked.asking.soon()
    asked.clock.advance(60_000)
    expect(asked.published).toEqual([ASKED, ASKED.replace('Kitchen/lamp', 'second')])
  })

  it('is one of two hundred: they are asked four a second', () => {
    const lamps = Array.from({ length: 200 }, (_, at) => ({
      ...LAMP,
      ieee_address: `0x${(at + 1).toString(16).padStart(16, '0')}`,
      friendly_name: `lamp ${at}`,
    }))
    const asked = new Asked(...lamps)
    asked.accept()
    asked.clock.advance(2_000)
    expect(asked.published).toHaveLength(1)
    asked.clock.advance(10_000)
    expect(asked.published).toHaveLength(41)
    asked.clock.advance(60_000)
    expect(new Set(asked.published).size).toBe(200)
    expect(asked.published).toHaveLength(200)
  })

  it('is no door and no thermostat: what runs on a battery sleeps', () => {
    const asked = new Asked(DOOR, { ...RADIATOR, power_source: 'Battery' })
    asked.accept()
    asked.clock.advance(60_000)
    expect(asked.published).toEqual([])
    const mains = new Asked({ ...RADIATOR, power_source: 'Mains (single phase)' })
    mains.accept()
    mains.clock.advance(60_000)
    expect(mains.published).toEqual([
      'zigbee2mqtt/radiator/get {"occupied_heating_setpoint":"","system_mode":"","local_temperature":"","running_state":""}',
    ])
  })

  it('is not asked any more once the hub listens no more', () => {
    const asked = new Asked(LAMP)
    asked.accept()
    asked.asking.stop()
    asked.clock.advance(60_000)
    expect(asked.published).toEqual([])
  })
})
