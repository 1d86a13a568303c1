import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ALL_DEVICES, LAMP } from '../hub/dialects/zigbee2mqtt/devices.ts'
import { Mosquitto, noMosquitto } from '../hub/makers/mosquitto.ts'

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

interface Waiting {
  makers: { name: string; status: string; source: string }[]
}

describe.skipIf(noMosquitto !== null)('a house with Zigbee2MQTT at a broker of its own', () => {
  const data = makeDataFolder()
  let broker: Mosquitto
  let hub: HubProcess
  let admin: LocalAdmin
  let bridge: Awaited<ReturnType<Mosquitto['client']>>
  const told: string[] = []

  beforeAll(async () => {
    broker = await Mosquitto.start()
    bridge = await broker.client()
    bridge.on('message', (topic, payload) => told.push(`${topic} ${String(payload)}`))
    await bridge.subscribeAsync('zigbee2mqtt/+/+/set')
    await bridge.publishAsync('zigbee2mqtt/bridge/state', '{"state":"online"}', { retain: true, qos: 1 })
    await bridge.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), { retain: true, qos: 1 })
    hub = await startHub({ ...data, config: `log = "error"\n[makers.brokers.home]\nurl = "${broker.url}"\n` })
    admin = await LocalAdmin.open(hub.ports.socket)
  }, 120_000)

  afterAll(async () => {
    admin.close()
    await hub.stop()
    await bridge.endAsync()
    await broker.remove()
    data.remove()
  }, 60_000)

  const makers = async () => (await admin.call<Waiting>('makers', 'list', {})).makers
  const names = async () =>
    (await admin.call<{ devices: { name: string }[] }>('devices', 'list', {})).devices.map(({ name }) => name)
  const entities = async (device: string) =>
    (await admin.call<{ entities: { entity_id: string; state: string | null }[] }>('entities', 'list', { device }))
      .entities
  const lamp = async () =>
    (await entities(LAMP.friendly_name)).find(({ entity_id }) => entity_id.startsWith('light.'))?.state
  const status = async () =>
    (await admin.call<{ devices: { name: string; status: string }[] }>('devices', 'list', {})).devices.find(
      ({ name }) => name === LAMP.friendly_name,
    )?.status
  const say = (topic: string, state: unknown) =>
    bridge.publishAsync(`zigbee2mqtt/${topic}`, JSON.stringify(state), { qos: 1 })

  it('sees within a minute what there is, and takes in what a person accepts', async () => {
    await eventually(async () => (await makers()).length === ALL_DEVICES.length)
    expect((await makers()).map((one) => one.status)).toEqual(ALL_DEVICES.map(() => 'waiting'))
    await admin.call('makers', 'accept', { maker: LAMP.friendly_name })
    await eventually(async () => {
      await say(LAMP.friendly_name, { state: 'ON', brightness: 254, linkquality: 80 })
      return (await lamp()) === 'on'
    })
    await eventually(async () => (await status()) === 'online')
  }, 120_000)

  it('knows the lamp by another name at the bridge, and after a restart', async () => {
    const renamed = { ...LAMP, friendly_name: 'porch' }
    const list = JSON.stringify(ALL_DEVICES.map((one) => (one === LAMP ? renamed : one)))
    await bridge.publishAsync('zigbee2mqtt/bridge/devices', list, { retain: true, qos: 1 })
    await eventually(async () => (await names()).includes('porch'))
    await hub.stop()
    hub = await startHub({ ...data, config: `log = "error"\n[makers.brokers.home]\nurl = "${broker.url}"\n` })
    admin.close()
    admin = await LocalAdmin.open(hub.ports.socket)
    await eventually(async () => (await makers()).filter((one) => one.status === 'accepted').length === 1)
    await eventually(async () => {
      // The bridge does not keep it: who subscribes only now hears the next one.
      await say('porch', { state: 'OFF' })
      return (await entities('porch')).some(({ entity_id, state }) => entity_id.startsWith('light.') && state === 'off')
    })
  }, 120_000)
})
