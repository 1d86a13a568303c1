import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { OFFLINE_QUEUE } from '../../shared/limits.ts'
import { connectPacket, publishPacket, type RawClient, tcpClient } from '../hub/broker/raw-client.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { pause } from './lib/fleet.ts'
import { chosenSeed, seededRandom } from './lib/seeded-random.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 6)
const WINDOW = 100
const TOPICS = 50

interface Account {
  user: string
  token: string
}

async function makeIntegration(hub: HubProcess): Promise<Account> {
  const admin = await LocalAdmin.open(hub.ports.socket)
  try {
    await admin.call('users', 'create', { email: 'ha@house', password: 'ten characters', role: 'admin' })
    return await admin.call<Account>('users', 'token', { email: 'ha@house', name: 'ha', integration: true })
  } finally {
    admin.close()
  }
}

async function enter(hub: HubProcess, account: Account, clientId: string, clean: boolean): Promise<RawClient> {
  const client = await tcpClient(hub.ports.plain)
  const password = Buffer.from(account.token)
  client.send(connectPacket(clientId, { clean, keepalive: 60, username: account.user, password }))
  await client.next('connack')
  return client
}

/** Publishes numbers, every other one retained, the others for a session that is away, until the connection ends. */
class Writer {
  readonly queued = new Set<number>()
  readonly retained = new Map<string, number>()
  #next = 1
  #open = new Map<number, { number: number; topic: string | null }>()

  async run(client: RawClient): Promise<void> {
    this.#open.clear()
    const send = () => {
      const number = this.#next++
      const topic = number % 2 === 0 ? `homeassistant/kept/${number % TOPICS}` : null
      const messageId = (number % 60_000) + 1
      this.#open.set(messageId, { number, topic })
      const payload = String(number)
      client.send(publishPacket(topic ?? 'homeassistant/away', { qos: 1, messageId, payload, retain: topic !== null }))
    }
    for (let n = 0; n < WINDOW; n += 1) send()
    for (;;) {
      const acknowledged = await client.next('puback').catch(() => null)
      if (acknowledged === null) return
      const message = this.#open.get(acknowledged.messageId ?? 0)
      if (message?.topic) this.retained.set(message.topic, message.number)
      else if (message) this.queued.add(message.number)
      send()
    }
  }
}

/** Numbers that were acknowledged and are not on the disk of a dead hub. Before the oldest of a full queue any may be gone. */
function lost(folder: string, writer: Writer): { queued: number[]; retained: string[] } {
  const db = new Sqlite(join(folder, 'hub.db'))
  try {
    const stored = new Set(
      (db.prepare('SELECT payload FROM broker_queue').pluck().all() as Buffer[]).map((payload) => Number(payload)),
    )
    const oldest = stored.size < OFFLINE_QUEUE.messages ? 0 : Math.min(...stored)
    const promised = [...writer.queued].filter((number) => number > oldest)
    const kept = db.prepare('SELECT payload FROM broker_retained WHERE topic = ?').pluck()
    return {
      queued: promised.filter((number) => !stored.has(number)),
      retained: [...writer.retained]
        .filter(([topic, number]) => Number(kept.get(topic) ?? 0) < number)
        .map(([topic]) => topic),
    }
  } finally {
    db.close()
  }
}

describe("an integration's messages on a hub that is killed under load", () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  it(
    `are all there that were acknowledged, retained or queued for a session that is away, over ${ROUNDS} rounds`,
    async () => {
      const seed = chosenSeed()
      const random = seededRandom(seed)
      console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
      let hub = await startHub(data)
      const account = await makeIntegration(hub)
      const away = await enter(hub, account, 'away', false)
      away.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'homeassistant/away', qos: 1 }] })
      await away.next('suback')
      away.send({ cmd: 'disconnect' })
      await away.closed
      const writer = new Writer()
      for (let round = 1; round <= ROUNDS; round += 1) {
        const running = writer.run(await enter(hub, account, `writer-${randomUUID()}`, true))
        const before = writer.queued.size
        while (writer.queued.size < before + 50) await pause(5)
        await pause(random() * 300)
        await hub.kill()
        await running
        expect({ seed, round, lost: lost(hub.folder, writer) }).toEqual({
          seed,
          round,
          lost: { queued: [], retained: [] },
        })
        hub = await startHub(data)
      }
      const again = await enter(hub, account, 'away', false)
      const first = await again.next('publish')
      expect(String(first.topic)).toBe('homeassistant/away')
      expect(await hub.stop()).toBe(0)
      console.log(
        `${ROUNDS} kills, ${writer.queued.size} queued and ${writer.retained.size} topics acknowledged, none lost`,
      )
    },
    ROUNDS * 30_000,
  )
})
