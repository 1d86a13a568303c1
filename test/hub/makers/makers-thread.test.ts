import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Load } from '../../../hub/makers/broker-session.ts'
import { MakersThread } from '../../../hub/makers/makers-thread.ts'
import type { FromMakers, ToMakers } from '../../../hub/makers/makers-thread-messages.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { FakeWorker } from '../../shared/fake-worker.ts'
import { ALL_DEVICES, LAMP } from '../dialects/zigbee2mqtt/devices.ts'
import { Mosquitto, noMosquitto } from './mosquitto.ts'

const SPOKEN = [{ source: 'home-zigbee2mqtt', dialect: 'zigbee2mqtt', prefix: 'zigbee2mqtt', own: null }]
const BROKER = { key: 'home', url: 'mqtt://127.0.0.1:1', user: 'lares', ca: null, pin: null, spoken: SPOKEN }
const ORDER = {
  id: 7,
  source: 'home-zigbee2mqtt',
  uniqueId: 'light/0x00158d0000000001_state',
  order: { order: 'on' },
} as const

describe('the thread that listens at other brokers', () => {
  const puppets: FakeWorker<ToMakers, FromMakers>[] = []
  const told: unknown[] = []
  let clock: ManualClock
  let thread: MakersThread

  beforeEach(() => {
    puppets.length = 0
    told.length = 0
    clock = new ManualClock()
    thread = new MakersThread({
      settings: { brokers: [BROKER], logLevel: 'error' },
      async take(_source, { whole }) {
        if (whole) throw new Error('the disk is full')
      },
      state: (source, state) => told.push([source, state]),
      trouble() {},
      ordered: ({ id, source }, error) => told.push([id, source, error]),
      passedOver() {},
      async password(broker) {
        if (broker === 'locked') throw new Error('there is no secret home')
        return 'a house'
      },
      clock,
      log: silentLog,
      spawn() {
        const puppet = new FakeWorker<ToMakers, FromMakers>()
        puppets.push(puppet)
        return puppet
      },
    })
    thread.start()
  })

  const load = (whole: boolean): Load => ({ devices: [], gone: [], whole, states: [], reach: [], dropped: 0 })

  it('is answered when the engine has what it heard, and when it has not', async () => {
    puppets[0]?.says({ kind: 'load', number: 1, source: 'home-zigbee2mqtt', load: load(false) })
    puppets[0]?.says({ kind: 'load', number: 2, source: 'home-zigbee2mqtt', load: load(true) })
    await vi.waitFor(() => expect(puppets[0]?.posted).toHaveLength(2))
    expect(puppets[0]?.posted).toContainEqual({ kind: 'taken', number: 1, error: null })
    expect(puppets[0]?.posted).toContainEqual({ kind: 'taken', number: 2, error: 'the disk is full' })
  })

  it('is given a password when it connects, and what is wrong with it', async () => {
    puppets[0]?.says({ kind: 'password', number: 1, broker: 'home' })
    puppets[0]?.says({ kind: 'password', number: 2, broker: 'locked' })
    await vi.waitFor(() => expect(puppets[0]?.posted).toHaveLength(2))
    expect(puppets[0]?.posted).toContainEqual({ kind: 'password', number: 1, password: 'a house', error: null })
    expect(puppets[0]?.posted).toContainEqual({
      kind: 'password',
      number: 2,
      password: null,
      error: 'there is no secret home',
    })
  })

  it('is started anew when it ends: nobody is reached meanwhile, what it was told may have run, and it hears again who is wanted', () => {
    thread.want('home-zigbee2mqtt', ['ieee:1'])
    thread.order(ORDER)
    puppets[0]?.dies()
    expect(told).toEqual([
      ['home-zigbee2mqtt', { online: false, reason: 'the thread that listens there is being started anew' }],
    ])
    thread.order({ ...ORDER, id: 8 })
    expect(told.at(-1)).toEqual([8, ORDER.source, 'the thread that listens at other brokers is being started anew'])
    clock.advance(2_000)
    expect(puppets).toHaveLength(2)
    expect(puppets[1]?.posted).toEqual([{ kind: 'want', source: 'home-zigbee2mqtt', identities: ['ieee:1'] }])
  })
})

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

describe.skipIf(noMosquitto !== null)('a real thread beside a real broker', () => {
  let broker: Mosquitto
  let thread: MakersThread
  const loads: Load[] = []
  const ordered: [number, string | null][] = []

  beforeEach(async () => {
    broker = await Mosquitto.start({ name: 'lares', password: 'a house' })
    thread = new MakersThread({
      settings: { brokers: [{ ...BROKER, url: broker.url }], logLevel: 'error' },
      take: async (_source, load) => void loads.push(load),
      state() {},
      trouble() {},
      ordered: ({ id }, error) => ordered.push([id, error]),
      passedOver() {},
      password: async () => 'a house',
      clock: systemClock,
      log: silentLog,
    })
  })
  afterEach(async () => {
    await thread.stop()
    await broker.remove()
  })

  it('hears devices and tells them something, and ends when it is told', async () => {
    const client = await broker.client()
    const told: string[] = []
    client.on('message', (topic, payload) => told.push(`${topic} ${String(payload)}`))
    await client.subscribeAsync('zigbee2mqtt/+/+/set')
    await client.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), { retain: true, qos: 1 })
    thread.start()
    await vi.waitFor(() => expect(loads.flatMap(({ devices }) => devices)).toHaveLength(10), { timeout: 15_000 })
    thread.want('home-zigbee2mqtt', ['zigbee2mqtt_0x00158d0000000001'])
    thread.order(ORDER)
    await vi.waitFor(() => expect(told).toEqual([`zigbee2mqtt/${LAMP.friendly_name}/set {"state":"ON"}`]), {
      timeout: 15_000,
    })
    thread.order({ ...ORDER, id: 9, uniqueId: 'light/nobody' })
    await vi.waitFor(
      () =>
        expect(new Map(ordered)).toEqual(
          new Map([
            [7, null],
            [9, expect.stringContaining('nobody announces it')],
          ]),
        ),
      { timeout: 5_000 },
    )
    await client.endAsync()
  })
})
