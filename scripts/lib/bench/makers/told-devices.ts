import type { MqttClient } from 'mqtt'
import { systemClock } from '../../../../shared/clock.ts'
import type { HubProcess } from '../hub-process.ts'
import { LocalAdmin } from '../local-admin.ts'
import { BELOW } from './bridge-topics.ts'
import type { MakerHouse } from './maker-house.ts'
import { quantile } from './stored-states.ts'

const PATIENCE_MS = 30_000

/** How long it takes from a request until the broker has published what the device is told: the 99th of a hundred, in ms. */
export async function tellDevices(house: MakerHouse, hub: HubProcess, times: number): Promise<number> {
  const admin = await LocalAdmin.open(hub.ports.socket)
  const client = await house.broker.client()
  try {
    await client.subscribeAsync(`${BELOW}/+/+/set`, { qos: 1 })
    const switches = await switchesOf(admin)
    const took: number[] = []
    for (let turn = 0; turn < times; turn += 1) {
      const [entity, topic] = switches[turn % switches.length] ?? ['', '']
      const isPublished = published(client, topic)
      const began = systemClock.mono()
      const isDone = admin.call('entities', 'set', { entity, what: Math.floor(turn / switches.length) % 2 === 0 })
      took.push((await isPublished) - began)
      await isDone
    }
    return quantile(
      took.toSorted((a, b) => a - b),
      0.99,
    )
  } finally {
    admin.close()
    await client.endAsync()
  }
}

/** Entities that can be switched, with the topics on which they are told. */
async function switchesOf(admin: LocalAdmin): Promise<[entity: string, topic: string][]> {
  const { entities } = await admin.call<{ entities: { entity_id: string; device_name: string }[] }>(
    'entities',
    'list',
    { type: 'switch', limit: 700 },
  )
  return entities.map(({ entity_id, device_name }) => [entity_id, `${BELOW}/${device_name}/set`])
}

/** Resolves with the moment at which something comes on the topic. */
function published(client: MqttClient, topic: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const cancel = systemClock.after(PATIENCE_MS, () => reject(new Error(`nothing was published on ${topic}`)))
    const hear = (heard: string) => {
      if (heard !== topic) return
      cancel()
      client.off('message', hear)
      resolve(systemClock.mono())
    }
    client.on('message', hear)
  })
}
