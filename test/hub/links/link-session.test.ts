import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LinkSession } from '../../../hub/links/link-session.ts'
import type { LedgerStep, LinkBegins } from '../../../hub/links/links-thread-messages.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { eventually } from '../../faults/lib/fleet.ts'
import { Mosquitto, noMosquitto } from '../makers/mosquitto.ts'

const CONFIG = 'homeassistant/device/lares_h/pi/config'
const BEGINS: LinkBegins = { hub: 'lares_h', stays: [], takeBack: [], houses: ['h'], twins: [] }

describe.skipIf(noMosquitto !== null)('a link to another broker', () => {
  let near: Mosquitto
  let far: Mosquitto
  let here: MqttClient
  let there: MqttClient
  let session: LinkSession | null = null
  const heard: string[] = []
  const warned: string[] = []
  const told: string[] = []

  beforeAll(async () => {
    near = await Mosquitto.start()
    far = await Mosquitto.start()
    here = await connectAsync(near.url, { protocolVersion: 4 })
    there = await connectAsync(far.url, { protocolVersion: 4 })
    there.on('message', (topic, payload) => heard.push(`${topic} ${payload.length === 0 ? '' : 'x'}`))
    here.on('message', (topic, payload) => told.push(`${topic} ${String(payload)}`))
    await there.subscribeAsync('#', { qos: 1 })
    await here.subscribeAsync('lares/+/set/+', { qos: 1 })
    await here.publishAsync(CONFIG, '{"components":{}}', { qos: 1, retain: true })
    await here.publishAsync('lares/pi/state/temp', '1', { qos: 1, retain: true })
  }, 60_000)

  afterEach(async () => {
    await session?.stop()
    session = null
    heard.length = 0
    told.length = 0
    warned.length = 0
  })

  afterAll(async () => {
    here.end(true)
    there.end(true)
    await near.remove()
    await far.remove()
  })

  function begin(ledger: (step: LedgerStep) => Promise<unknown>, nearUrl = near.url): void {
    const address = (url: string) => async () => ({ url, user: null, password: null, ca: null, pin: null })
    session = new LinkSession({
      link: {
        ...{ key: 'home', url: far.url, user: null, ca: null, pin: null, prefix: 'ha', login: 'ha@programs' },
        announce: true,
      },
      ...{ base: 'lares', near: address(nearUrl), far: address(far.url), ledger, changed() {}, clock: systemClock },
      log: { warn: (_fields, message) => void warned.push(message) },
    })
    session.start()
  }

  it('publishes nothing that is not on the ledger, and takes nothing from it that is not emptied', async () => {
    const gate = Promise.withResolvers<void>()
    const steps: string[] = []
    begin(async (step) => {
      steps.push(`${step.ask} ${heard.length}`)
      if (step.ask === 'begins') return { ...BEGINS, takeBack: ['lares/old/status'] }
      if (step.ask === 'note') await gate.promise
      return null
    })
    await eventually(async () => steps.some((step) => step.startsWith('note')))
    await wait(systemClock, 300)
    expect(heard).toEqual([])
    gate.resolve()
    await eventually(async () => heard.includes('ha/device/lares_h/pi/config x'))
    await eventually(async () => steps.some((step) => step.startsWith('emptied')))
    await eventually(async () => heard.some((one) => one.startsWith('lares/pi/state/temp')))
  }, 60_000)

  it('hands in what is told there, as long as it is no flood and was not kept', async () => {
    await there.publishAsync('lares/pi/set/kept', 'on', { qos: 1, retain: true })
    begin(async (step) => (step.ask === 'begins' ? BEGINS : null))
    await eventually(async () => heard.includes('ha/device/lares_h/pi/config x'))
    for (let at = 0; at < 400; at += 1) there.publish('lares/pi/set/lamp', `${at}%`, { qos: 1 })
    await there.publishAsync('lares/pi/set/lamp', 'x'.repeat(5_000), { qos: 1 })
    await eventually(async () => told.length >= 100)
    await wait(systemClock, 500)
    expect(told.length).toBeLessThan(200)
    expect(told.filter((one) => one.includes('kept') || one.includes('xxx'))).toEqual([])
    await there.publishAsync('lares/pi/set/kept', '', { qos: 1, retain: true })
  }, 60_000)

  it('has what it showed taken back when its login is taken no more, and says little of orders that go nowhere', async () => {
    const closed = await Mosquitto.start({ name: 'somebody', password: 'else' })
    try {
      const stands = ['ha/device/lares_h/pi/config', 'lares/pi/state/temp']
      for (const topic of stands) await there.publishAsync(topic, 'x', { qos: 1, retain: true })
      await eventually(async () => stands.every((topic) => heard.includes(`${topic} x`)))
      const emptied: string[] = []
      begin(async (step) => {
        if (step.ask === 'begins') return { ...BEGINS, takeBack: stands }
        if (step.ask === 'emptied') emptied.push(...step.topics)
        return null
      }, closed.url)
      await eventually(async () => stands.every((topic) => heard.includes(`${topic} `)))
      await eventually(async () => emptied.length === 2)
      for (let at = 0; at < 50; at += 1) await there.publishAsync('lares/pi/set/lamp', 'on', { qos: 1 })
      await eventually(async () => warned.length > 0)
      await wait(systemClock, 300)
      expect(warned).toEqual(['an order from a broker was not told'])
    } finally {
      await closed.remove()
    }
  }, 60_000)
})
