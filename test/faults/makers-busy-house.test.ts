import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HubProcess } from '../../scripts/lib/bench/hub-process.ts'
import { createDevices, type MadeDevice } from '../../scripts/lib/bench/local-admin.ts'
import { MakerHouse } from '../../scripts/lib/bench/makers/maker-house.ts'
import { StoredStates } from '../../scripts/lib/bench/makers/stored-states.ts'
import { noMosquitto } from '../hub/makers/mosquitto.ts'
import { frameOf, turnEnd, turnStart } from '../hub/voice/sound.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, pause } from './lib/fleet.ts'

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

const LONG_MS = 120_000
const FRAMES = 100
const FRAME_MS = 40

/** How fast it is there is measured by scripts/bench makers. */
describe.skipIf(noMosquitto !== null)(
  'a house in which a hundred devices of other makers speak ten times a second',
  () => {
    const data = makeDataFolder()
    let house: MakerHouse
    let hub: HubProcess
    let made: MadeDevice
    const clients: MqttClient[] = []

    beforeAll(async () => {
      house = await MakerHouse.open({ folder: data.folder, devices: 100 })
      hub = await house.startHub({})
      made = (await createDevices(hub.ports.socket, 1))[0] as MadeDevice
      await house.appear()
      await house.speak(100)
      await house.takeIn(hub)
    }, 300_000)

    afterAll(async () => {
      for (const client of clients) await client.endAsync()
      await hub.stop()
      await house.close()
      data.remove()
    }, 60_000)

    async function connected(clientId: string): Promise<MqttClient> {
      const login = { username: made.device, password: made.secret, clientId, reconnectPeriod: 0 }
      const client = await connectAsync(`mqtt://127.0.0.1:${hub.ports.plain}`, { ...login, protocolVersion: 4 })
      clients.push(client)
      return client
    }

    const rows = (sql: string, ...values: unknown[]) => {
      const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
      try {
        return db.prepare(sql).all(...values)
      } finally {
        db.close()
      }
    }

    it('takes every frame of what is said to it meanwhile, and every reading of an agent', async () => {
      const below = `lares/${made.device}`
      const [agent, voice] = [await connected(made.device), await connected(`${made.device}.voice`)]
      const stored = new StoredStates(data.folder, () => house.now())
      await house.speak(1_000)
      await voice.publishAsync(`${below}/turn`, JSON.stringify(turnStart('t1')), { qos: 1 })
      const acknowledged: Promise<unknown>[] = []
      for (let seq = 0; seq < FRAMES; seq += 1) {
        voice.publish(`${below}/audio/t1`, frameOf(seq))
        const items = [{ sensor: 'steps', kind: 'number', value: seq }]
        acknowledged.push(agent.publishAsync(`${below}/readings`, JSON.stringify({ items }), { qos: 1 }))
        await pause(FRAME_MS)
      }
      await voice.publishAsync(`${below}/turn`, JSON.stringify(turnEnd('t1', FRAMES)), { qos: 1 })
      await Promise.all(acknowledged)
      await eventually(() => rows('SELECT 1 FROM turns WHERE ended_at IS NOT NULL').length === 1, LONG_MS)
      expect(rows('SELECT frames, lost_frames FROM turns')).toEqual([{ frames: FRAMES, lost_frames: 0 }])
      const steps = rows('SELECT value FROM sensor_readings WHERE device_id = ? ORDER BY id', made.device)
      expect(steps).toEqual(Array.from({ length: FRAMES }, (_, value) => ({ value })))
      await house.speak(0)
      // Of each message one number at least: of the hundred devices in the four seconds of the sentence.
      expect(stored.end().perSecond).toBeGreaterThan(0)
    })
  },
)
