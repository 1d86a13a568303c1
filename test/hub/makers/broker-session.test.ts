import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ZIGBEE2MQTT } from '../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import { BrokerSession, type Load } from '../../../hub/makers/broker-session.ts'
import { ManualClock, systemClock, wait } from '../../../shared/clock.ts'
import { ALL_DEVICES, LAMP } from '../dialects/zigbee2mqtt/devices.ts'
import { Mosquitto, noMosquitto } from './mosquitto.ts'

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

const LAMP_IDENTITY = 'zigbee2mqtt_0x00158d0000000001'
const RADIATOR_IDENTITY = 'zigbee2mqtt_0x00158d0000000004'
const STATE = 'light/0x00158d0000000001_state'
const LINK = 'sensor/0x00158d0000000001_linkquality'
const USER = { name: 'lares', password: 'a house' }
const WITHIN = { timeout: 15_000, interval: 20 }

describe.skipIf(noMosquitto !== null)('a session with a broker of somebody else', () => {
  let broker: Mosquitto
  let session: BrokerSession
  let password: string
  const loads: Load[] = []
  const states: { online: boolean; reason: string | null }[] = []
  const states_of = () => loads.flatMap((load) => load.states)

  beforeEach(async () => {
    loads.length = 0
    states.length = 0
    password = USER.password
    broker = await Mosquitto.start(USER)
    session = new BrokerSession({
      address: async () => ({ url: broker.url, user: USER.name, password, ca: null, pin: null }),
      dialects: [{ source: 'home', dialect: ZIGBEE2MQTT, prefix: 'zigbee2mqtt' }],
      send: async (_source, load) => loads.push(load),
      changed: (_source, state) => states.push(state),
      trouble: () => {},
      clock: systemClock,
    })
  })
  afterEach(async () => {
    await session.stop()
    await broker.remove()
  })

  /** A Zigbee2MQTT that says what it keeps, and hears what it is told. */
  async function bridge() {
    const client = await broker.client()
    const told: string[] = []
    client.on('message', (topic, payload) => told.push(`${topic} ${String(payload)}`))
    await client.subscribeAsync('zigbee2mqtt/+/+/set')
    await client.publishAsync('zigbee2mqtt/bridge/state', '{"state":"online"}', { retain: true, qos: 1 })
    await client.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), { retain: true, qos: 1 })
    const say = (topic: string, state: unknown) =>
      client.publishAsync(`zigbee2mqtt/${topic}`, JSON.stringify(state), { qos: 1 })
    return { client, told, say }
  }

  it('hears devices that were announced before it came, states of those that are wanted, and tells them something', async () => {
    const { client, told, say } = await bridge()
    session.start()
    await vi.waitFor(() => expect(loads.flatMap((load) => load.devices)).toHaveLength(10), WITHIN)
    expect(states).toEqual([{ online: true, reason: null }])
    session.want('home', [LAMP_IDENTITY])
    await vi.waitFor(
      () => expect(loads.flatMap((load) => load.reach)).toEqual([{ identity: LAMP_IDENTITY, available: true }]),
      WITHIN,
    )
    await say(LAMP.friendly_name, { state: 'ON', brightness: 254 })
    await vi.waitFor(
      () =>
        expect(states_of()).toContainEqual({
          ...{ uniqueId: STATE, state: true, attributes: { brightness: 255 }, heard: expect.any(Number) },
        }),
      WITHIN,
    )
    await session.order('home', STATE, { order: 'level', percent: 10 })
    await vi.waitFor(() => expect(told).toEqual(['zigbee2mqtt/Kitchen/lamp/set {"brightness":25}']), WITHIN)
    await client.endAsync()
  })

  it('knows of a device that is wanted later what others of its bridge said already', async () => {
    const { client } = await bridge()
    session.start()
    await vi.waitFor(() => expect(loads.flatMap((load) => load.devices)).toHaveLength(10), WITHIN)
    session.want('home', [LAMP_IDENTITY])
    await vi.waitFor(() => expect(loads.flatMap((load) => load.reach)).toHaveLength(1), WITHIN)
    session.want('home', [LAMP_IDENTITY, RADIATOR_IDENTITY])
    await vi.waitFor(
      () =>
        expect(loads.flatMap((load) => load.reach)).toContainEqual({ identity: RADIATOR_IDENTITY, available: true }),
      WITHIN,
    )
    await client.endAsync()
  })

  it('hands over nothing more when it was stopped: the source may be another by then', async () => {
    const clock = new ManualClock()
    const own: Load[] = []
    const troubles: (string | null)[] = []
    const stopping = new BrokerSession({
      address: async () => ({ url: broker.url, user: USER.name, password, ca: null, pin: null }),
      dialects: [{ source: 'home', dialect: ZIGBEE2MQTT, prefix: 'zigbee2mqtt' }],
      send: async (_source, load) => own.push(load),
      changed: () => {},
      trouble: (_source, reason) => troubles.push(reason),
      clock,
    })
    stopping.start()
    const { client } = await bridge()
    await vi.waitFor(() => expect(own).toHaveLength(1), WITHIN)
    await client.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify([LAMP]), { qos: 1 })
    await client.publishAsync('zigbee2mqtt/bridge/devices', 'rubbish', { qos: 1 })
    await vi.waitFor(() => expect(troubles).toHaveLength(1), WITHIN)
    await stopping.stop()
    clock.advance(60_000)
    await new Promise(setImmediate)
    expect(own).toHaveLength(1)
    await client.endAsync()
  })

  it('comes back after the broker was away, says so meanwhile, and tells nobody anything then', async () => {
    const { client } = await bridge()
    await client.endAsync()
    session.start()
    await vi.waitFor(() => expect(states.at(-1)?.online).toBe(true), WITHIN)
    session.want('home', [LAMP_IDENTITY])
    await broker.stop()
    await vi.waitFor(() => expect(states.at(-1)?.online).toBe(false), WITHIN)
    await expect(session.order('home', STATE, { order: 'on' })).rejects.toThrow('the broker is away')
    await broker.start()
    await vi.waitFor(() => expect(states.at(-1)).toEqual({ online: true, reason: null }), WITHIN)
    const other = await bridge()
    await other.say(LAMP.friendly_name, { state: 'OFF' })
    await vi.waitFor(
      () => expect(states_of()).toContainEqual({ uniqueId: STATE, state: false, heard: expect.any(Number) }),
      WITHIN,
    )
    await other.client.endAsync()
  })

  it('hands over what flaps ten times a second at most, and how it is in the end', async () => {
    const { client } = await bridge()
    session.start()
    await vi.waitFor(() => expect(loads.flatMap((load) => load.devices)).toHaveLength(10), WITHIN)
    session.want('home', [LAMP_IDENTITY])
    await vi.waitFor(() => expect(loads.flatMap((load) => load.reach)).toHaveLength(1), WITHIN)
    const [before, since] = [loads.length, systemClock.mono()]
    for (let at = 0; at < 400; at += 1) {
      const [name, state] = [LAMP.friendly_name, at % 2 === 0 ? 'ON' : 'OFF']
      await client.publishAsync(`zigbee2mqtt/${name}`, JSON.stringify({ state, linkquality: at }), { qos: 1 })
      await wait(systemClock, 1)
    }
    await vi.waitFor(() => {
      expect(
        states_of()
          .filter(({ uniqueId }) => uniqueId === STATE)
          .at(-1)?.state,
      ).toBe(false)
      expect(
        states_of()
          .filter(({ uniqueId }) => uniqueId === LINK)
          .at(-1)?.state,
      ).toBe(399)
    }, WITHIN)
    expect(loads.length - before).toBeLessThanOrEqual((systemClock.mono() - since) / 100 + 1)
    expect(loads.reduce((sum, { dropped }) => sum + dropped, 0)).toBeGreaterThan(0)
    await client.endAsync()
  })

  it('says in words what is wrong, and goes in when it was mended', async () => {
    password = 'wrong'
    session.start()
    await vi.waitFor(
      () => expect(states).toEqual([{ online: false, reason: expect.stringMatching(/user|password/), refuses: true }]),
      WITHIN,
    )
    password = USER.password
    await vi.waitFor(() => expect(states.at(-1)).toEqual({ online: true, reason: null }), WITHIN)
  })
})
