import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ALL_DEVICES, LAMP } from '../hub/dialects/zigbee2mqtt/devices.ts'
import { Mosquitto, noMosquitto } from '../hub/makers/mosquitto.ts'

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

describe.skipIf(noMosquitto !== null)('a lamp behind a bridge of another maker', () => {
  const data = makeDataFolder()
  const told: string[] = []
  let broker: Mosquitto
  let bridge: Awaited<ReturnType<Mosquitto['client']>>
  let hub: HubProcess
  let admin: LocalAdmin

  beforeAll(async () => {
    broker = await Mosquitto.start()
    bridge = await broker.client()
    await bridge.subscribeAsync(['set', 'get'].map((what) => `zigbee2mqtt/${LAMP.friendly_name}/${what}`))
    // As the bridge does: it tells the lamp, and says what that is then.
    bridge.on('message', (topic, payload) => {
      told.push(`${topic.split('/').at(-1)} ${payload}`)
      if (topic.endsWith('/get')) say({ state: 'OFF', brightness: 10 })
      else say({ state: 'ON', brightness: 254, ...(JSON.parse(String(payload)) as object) })
    })
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

  const say = (state: object) => bridge.publish(`zigbee2mqtt/${LAMP.friendly_name}`, JSON.stringify(state), { qos: 1 })
  const shown = async () => {
    const { devices } = await admin.call<{ devices: { name: string; status: string }[] }>('devices', 'list')
    return devices.find(({ name }) => name === LAMP.friendly_name)
  }

  it('is asked how it is, is switched, dimmed and coloured, and the answer is what the lamp says', async () => {
    await eventually(async () => (await admin.call<{ makers: unknown[] }>('makers', 'list')).makers.length > 0)
    await admin.call('makers', 'accept', { maker: LAMP.friendly_name })
    await eventually(async () => told.length > 0 && (await shown())?.status === 'online')
    const lamp = { device: LAMP.friendly_name }
    expect(await admin.call('devices', 'switch', { ...lamp, output: 'on' })).toMatchObject({ state: 'completed' })
    expect(await admin.call('devices', 'switch', { ...lamp, output: '40%' })).toMatchObject({
      state: 'completed',
      value: { state: 'on', percent: 40 },
    })
    expect(await admin.call('entities', 'set', { entity: LAMP.friendly_name, what: 'red 40%' })).toMatchObject({
      state: 'completed',
      value: { state: 'color', hue: 0, saturation: 100, percent: 40 },
    })
    expect(told).toEqual([
      'get {"state":"","brightness":"","color_temp":""}',
      'set {"state":"ON"}',
      'set {"brightness":102}',
      'set {"color":{"x":0.6401,"y":0.33},"brightness":102}',
    ])
  }, 120_000)

  it('shows at /metrics what came of it, by its source', async () => {
    const lines = async () => (await (await fetch(`http://127.0.0.1:${hub.ports.http}/metrics`)).text()).split('\n')
    const SOURCE = 'source="home-zigbee2mqtt"'
    await eventually(async () => (await lines()).includes(`lares_maker_devices{${SOURCE},status="accepted"} 1`))
    const shown = await lines()
    expect(shown).toContain(`lares_maker_source_connected{${SOURCE}} 1`)
    expect(shown).toContain(`lares_maker_devices{${SOURCE},status="waiting"} ${ALL_DEVICES.length - 1}`)
    expect(shown).toContain(`lares_maker_orders_total{${SOURCE},outcome="published"} 3`)
    expect(shown).toContain(`lares_maker_messages_passed_over_total{${SOURCE}} 0`)
    expect(shown.find((line) => line.startsWith(`lares_maker_states_total{${SOURCE},kind="heard"}`))).toMatch(
      / [1-9]\d*$/,
    )
  }, 60_000)

  it('is heard in the log once its part is to say everything', async () => {
    const log = async () => (await admin.call<{ lines: string[] }>('hub', 'log')).lines.join('\n')
    expect(await log()).not.toContain('something was heard')
    await admin.call('hub', 'log-level', { part: 'makers', level: 'debug' })
    await eventually(async () => {
      say({ state: 'ON', brightness: Math.round(Math.random() * 200) })
      return (await log()).includes('something was heard')
    })
  }, 60_000)
})
