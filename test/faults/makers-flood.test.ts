import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { residentMb } from '../../scripts/lib/bench/figures.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { systemClock } from '../../shared/clock.ts'
import { ALL_DEVICES, DOOR, LAMP } from '../hub/dialects/zigbee2mqtt/devices.ts'
import { Mosquitto, noMosquitto } from '../hub/makers/mosquitto.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, pause } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

const LONG_MS = 120_000
const TEN_MB = 10_485_760
const KEPT = { retain: true, qos: 1 } as const

interface Source {
  source: string
  state: string
  reason: string | null
}
interface Maker {
  name: string
  identity: string
  status: string
  brand: string | null
  entities: number
  not_connected: string[]
}

/** Two brokers of somebody else. Whoever may publish at the first does his worst; at the second is a house like any other. */
describe.skipIf(noMosquitto !== null)('a hub at a broker on which anything is published', () => {
  const data = makeDataFolder()
  let hostile: Mosquitto
  let other: Mosquitto
  let hub: HubProcess
  let admin: LocalAdmin
  let foe: MqttClient
  let friend: MqttClient
  let said = 0

  beforeAll(async () => {
    hostile = await Mosquitto.start()
    other = await Mosquitto.start()
    foe = await hostile.client()
    friend = await other.client()
    for (const client of [foe, friend]) {
      await client.publishAsync('zigbee2mqtt/bridge/state', '{"state":"online"}', KEPT)
      await client.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), KEPT)
    }
    const broker = (key: string, { url }: Mosquitto) => `[makers.brokers.${key}]\nurl = "${url}"\n`
    hub = await startHub({ ...data, config: `log = "warn"\n${broker('bad', hostile)}${broker('good', other)}` })
    admin = await LocalAdmin.open(hub.ports.socket)
    await eventually(async () => (await makers({ source: 'good-zigbee2mqtt' })).length === ALL_DEVICES.length, LONG_MS)
    await eventually(async () => (await makers({ source: 'bad-zigbee2mqtt' })).length === ALL_DEVICES.length, LONG_MS)
    await admin.call('makers', 'accept', { maker: LAMP.friendly_name, source: 'good-zigbee2mqtt' })
    await admin.call('makers', 'accept', { maker: DOOR.friendly_name, source: 'bad-zigbee2mqtt' })
    await othersGoOn()
    await eventually(async () => {
      await open(foe, true)
      return (await stateOf('front_door', 'binary_sensor')) === 'on'
    }, LONG_MS)
  }, 300_000)

  afterAll(async () => {
    admin.close()
    await hub.stop()
    await foe.endAsync()
    await friend.endAsync()
    await hostile.remove()
    await other.remove()
    data.remove()
  }, 60_000)

  const makers = async (params: Record<string, unknown>) =>
    (await admin.call<{ makers: Maker[] }>('makers', 'list', { limit: 500, ...params })).makers
  const sourceOf = async (key: string) =>
    (await admin.call<{ sources: Source[] }>('makers', 'sources')).sources.find(({ source }) => source === key)
  const stateOf = async (device: string, type: string) =>
    (await admin.call<{ entities: { state: string | null }[] }>('entities', 'list', { device, type })).entities[0]
      ?.state
  const open = (client: MqttClient, isOpen: boolean) =>
    client.publishAsync('zigbee2mqtt/front_door', JSON.stringify({ contact: !isOpen }), { qos: 1 })
  const announce = (topic: string, config: unknown) =>
    foe.publishAsync(`homeassistant/${topic}/config`, JSON.stringify(config), { qos: 1 })

  /** At the other broker a lamp says something new, and the hub has it. */
  async function othersGoOn(): Promise<void> {
    said += 1
    const state = said % 2 === 0 ? 'OFF' : 'ON'
    await eventually(async () => {
      await friend.publishAsync(`zigbee2mqtt/${LAMP.friendly_name}`, JSON.stringify({ state }), { qos: 1 })
      return (await stateOf(LAMP.friendly_name, 'light')) === state.toLowerCase()
    }, LONG_MS)
  }

  it('passes over messages of ten megabytes, keeps its memory, says what came, and hears what follows', async () => {
    const before = residentMb(hub.pid)
    let most = before
    const stop = systemClock.every(20, () => {
      most = Math.max(most, residentMb(hub.pid))
    })
    const rubbish = Buffer.alloc(TEN_MB, 'x')
    const dense = Buffer.from(`[${'{},'.repeat(TEN_MB / 3)}{}]`)
    for (let turn = 0; turn < 10; turn += 1) {
      await foe.publishAsync('zigbee2mqtt/front_door', rubbish, KEPT)
      await foe.publishAsync('zigbee2mqtt/bridge/devices', turn % 2 === 0 ? rubbish : dense, { qos: 1 })
      await foe.publishAsync('homeassistant/sensor/huge/config', rubbish, { qos: 1 })
      await foe.publishAsync('tasmota/discovery/112233445566/config', rubbish, { qos: 1 })
    }
    await othersGoOn()
    await eventually(async () => (await sourceOf('bad-zigbee2mqtt'))?.reason != null, LONG_MS)
    const found = await sourceOf('bad-zigbee2mqtt')
    expect([found?.state, found?.reason]).toEqual([
      'online',
      expect.stringMatching(/front_door|300000 members|no JSON list/),
    ])
    await open(foe, false)
    await eventually(async () => (await stateOf('front_door', 'binary_sensor')) === 'off', LONG_MS)
    stop()
    // One of them in three copies, and what its text comes to for a moment; gathered by MQTT.js alone it would be each of forty.
    expect(most - before).toBeLessThan(200)
    await foe.publishAsync('zigbee2mqtt/front_door', '', KEPT)
    await foe.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), KEPT)
    expect((await makers({ source: 'bad-zigbee2mqtt' })).map(({ status }) => status)).not.toContain('left')
  })

  it('reads names of any kind as one line that fits', async () => {
    const names = {
      html: '<script>alert(1)</script>',
      nul: 'a\u0000b',
      rtl: 'gpj.\u202Efdp',
      long: '🛋'.repeat(10_000),
      lone: '\ud83d lamp',
    }
    for (const [key, name] of Object.entries(names))
      await announce(`sensor/${key}`, {
        ...{ name, unique_id: key, state_topic: `odd/${key}`, default_entity_id: `sensor.${name}` },
        device: { identifiers: [`odd-${key}`], name, manufacturer: name, suggested_area: name },
      })
    const odd = async () =>
      (await makers({ source: 'bad-homeassistant' })).filter(({ identity }) => identity.startsWith('odd-'))
    await eventually(async () => (await odd()).length === 5, LONG_MS)
    const shown = Object.fromEntries((await odd()).map(({ identity, name }) => [identity.slice('odd-'.length), name]))
    expect(shown).toEqual({
      ...{ html: names.html, nul: 'a b', rtl: 'gpj. fdp', lone: '\ufffd lamp', long: expect.any(String) },
    })
    // Cut between signs and not within one.
    expect([...new Set(shown.long)]).toEqual(['🛋', '…'].filter((sign) => shown.long?.includes(sign)))
    expect(shown.long?.length).toBeLessThanOrEqual(255)
    for (const { identity } of await odd()) await admin.call('makers', 'accept', { maker: identity })
    const rows = await admin.call<{ devices: { name: string }[] }>('devices', 'list')
    expect(rows.devices.map(({ name }) => name)).toEqual(expect.arrayContaining([names.html, 'a b', 'gpj. fdp']))
    const { entities } = await admin.call<{ entities: { entity_id: string; name: string }[] }>('entities', 'list', {
      ...{ device: 'gpj. fdp' },
    })
    expect(entities).toMatchObject([{ name: 'gpj. fdp', entity_id: expect.stringMatching(/^sensor\.[a-z0-9_]+$/) }])
    await othersGoOn()
  })

  it('takes five thousand entities in one message, and none of what is nested or written without end', async () => {
    const components = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, n) => [`p${n}`, { p: 'sensor', unique_id: `u${n}`, stat_t: `many/${n}` }]),
    )
    await announce('device/many', { dev: { ids: ['many'], name: 'Many' }, o: { name: 'test' }, cmps: components })
    const device = (key: string) => ({ identifiers: ['templates'], name: 'Templates', key })
    const sensor = (key: string, value_template: string) => ({
      ...{ name: key, unique_id: key, state_topic: `templates/${key}`, device: device(key), value_template },
    })
    await announce('sensor/long', sensor('long', `{{ value }}${'{# #}'.repeat(20_000)}`))
    await announce('sensor/longer', sensor('longer', `{{ ${'1 + '.repeat(25_000)}1 }}`))
    await announce('sensor/deep', sensor('deep', `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`))
    await announce('sensor/plain', sensor('plain', '{{ value }}'))
    const nested = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
    for (const topic of ['sensor/nested/config', 'device/nested/config'])
      await foe.publishAsync(`homeassistant/${topic}`, nested, { qos: 1 })
    await foe.publishAsync('zigbee2mqtt/bridge/devices', nested, { qos: 1 })
    await foe.publishAsync('zigbee2mqtt/front_door', `{"contact":${nested}}`, { qos: 1 })
    const found = async (identity: string) =>
      (await makers({ source: 'bad-homeassistant' })).find((one) => one.identity === identity)
    await eventually(
      async () => ((await found('templates'))?.entities ?? 0) > 0 && (await found('many')) !== undefined,
      LONG_MS,
    )
    // As many as 256 KB hold, and how many did not fit is told.
    const many = await found('many')
    const left = Number(/(\d+) more entities/.exec(many?.not_connected.join() ?? '')?.[1] ?? 0)
    expect((many?.entities ?? 0) + left).toBe(5_000)
    const read = await admin.call<{ entities: { name: string }[]; not_connected: string[] }>('makers', 'show', {
      ...{ maker: 'templates', source: 'bad-homeassistant' },
    })
    expect(read.entities.map(({ name }) => name)).toContain('plain')
    expect(read.not_connected.map((reason) => reason.split(':')[0])).toEqual(expect.arrayContaining(['longer', 'deep']))
    await admin.call('makers', 'accept', { maker: 'many', source: 'bad-homeassistant' })
    await eventually(async () => {
      await foe.publishAsync('many/7', 'works', { qos: 1 })
      return (await stateOf('Many', 'sensor')) !== undefined && (await hasState('works'))
    }, LONG_MS)
    await othersGoOn()
    await eventually(async () => {
      await open(foe, true)
      return (await stateOf('front_door', 'binary_sensor')) === 'on'
    }, LONG_MS)
  })

  const hasState = async (state: string) => {
    const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
    try {
      return db.prepare('SELECT 1 FROM device_entities WHERE state = ?').get(state) !== undefined
    } finally {
      db.close()
    }
  }

  it('keeps few rows and few commits of a door that flaps a hundred times a second, and how it is in the end', async () => {
    const seconds = 10
    const before = { ...counted(), commits: await commits(), since: systemClock.mono() }
    let isOpen = false
    for (let at = 0; at < seconds * 100; at += 1) {
      isOpen = at % 2 === 0
      foe.publish('zigbee2mqtt/front_door', JSON.stringify({ contact: !isOpen, battery: at % 100 }))
      foe.publish('zigbee2mqtt/front_door/availability', JSON.stringify({ state: isOpen ? 'online' : 'offline' }), KEPT)
      await pause(10)
    }
    await foe.publishAsync('zigbee2mqtt/front_door/availability', '{"state":"online"}', KEPT)
    await eventually(async () => (await stateOf('front_door', 'binary_sensor')) === (isOpen ? 'on' : 'off'), LONG_MS)
    const took = (systemClock.mono() - before.since) / 1_000
    const after = { ...counted(), commits: await commits() }
    // Twenty changes at once and one in each second; coming and going once in each second.
    expect(after.changes - before.changes).toBeLessThanOrEqual(22 + took)
    expect(after.comings - before.comings).toBeLessThanOrEqual(4 + took)
    // A hundred numbers at once and twenty in each second.
    expect(after.numbers - before.numbers).toBeLessThanOrEqual(102 + took * 20)
    // Ten loads a second of each of its source, and what the hub writes besides.
    expect(after.commits - before.commits).toBeLessThanOrEqual(20 + took * 13)
  })

  function counted(): { changes: number; comings: number; numbers: number } {
    const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
    const count = (sql: string) => Number(db.prepare(`SELECT count(*) FROM ${sql}`).pluck().get())
    const changes = count("events WHERE event_type = 'state_changed'")
    const comings = count("events WHERE event_type IN ('device_connect', 'device_disconnect')")
    const numbers = count('readings')
    db.close()
    return { changes, comings, numbers }
  }

  async function commits(): Promise<number> {
    const { causes } = await admin.call<{ causes: { commits_today: number }[] }>('hub', 'wear')
    return causes.reduce((sum, { commits_today }) => sum + commits_today, 0)
  }

  it('tells once that a broker is gone and once that it is back, and logs no line for what was published', async () => {
    const events = async () => {
      const { events } = await admin.call<{ events: { event_type: string; description: string }[] }>('events', 'list')
      return events.filter(
        ({ event_type, description }) => event_type.startsWith('maker_source') && description.includes('bad-zigbee'),
      )
    }
    const before = (await events()).length
    await foe.endAsync()
    await hostile.stop()
    await eventually(async () => (await sourceOf('bad-zigbee2mqtt'))?.state === 'away', LONG_MS)
    await othersGoOn()
    await hostile.start()
    foe = await hostile.client()
    await eventually(async () => (await sourceOf('bad-zigbee2mqtt'))?.state === 'online', LONG_MS)
    expect((await events()).length - before).toBe(2)
    expect(hub.log().split('\n').length).toBeLessThan(30)
    expect((await healthOf(hub)).problems.map(({ code }) => code)).toEqual([])
  })
})
