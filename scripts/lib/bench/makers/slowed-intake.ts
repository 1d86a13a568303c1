import { cpSync, rmSync } from 'node:fs'
import { declareSensors } from '../declare-sensors.ts'
import { type BenchOptions, load } from '../figures.ts'
import type { MadeDevice } from '../local-admin.ts'
import { FIRST_SEQ } from '../ring.ts'
import type { MakerHouse } from './maker-house.ts'
import { StoredStates } from './stored-states.ts'

/** Messages of agents that were acknowledged in a second. */
export interface IntakeFigures {
  /** The bridge says nothing, and the hub does not listen. */
  alone: number
  /** The bridge says it to the broker, and the hub does not listen. */
  beside: number
  /** The hub listens, and stores it. */
  meanwhile: number
}

/**
 * One turn: three copies of the stopped hub's house, each with a hub that has just started. Between `beside` and `meanwhile` nothing differs but what
 * the hub does with what is said: the bridge and the broker work as hard in both.
 */
export async function slowedIntake(
  house: MakerHouse,
  { agents, rate, turn, ...options }: BenchOptions & { agents: readonly MadeDevice[]; rate: number; turn: number },
): Promise<IntakeFigures> {
  const take = async ({ listens, speaks }: { listens: boolean; speaks: boolean }) => {
    const folder = `${house.folder}-again`
    cpSync(house.folder, folder, { recursive: true })
    const hub = await house.startHub({ folder, ...(listens ? {} : { prefix: null }) })
    try {
      await declareSensors(hub.ports.plain, agents)
      await house.speak(speaks ? rate : 0)
      const stored = listens ? new StoredStates(folder, () => house.now()) : null
      const clients = agents.map(({ device, secret }) => ({
        ...{ id: device, user: device, password: secret, topic: `lares/${device}/readings` },
      }))
      const { messagesPerSecond } = await load({ port: hub.ports.plain, clients, firstSeq: FIRST_SEQ }, options)
      stored?.end()
      return messagesPerSecond
    } finally {
      await house.speak(0)
      await hub.stop()
      rmSync(folder, { recursive: true })
    }
  }
  const alone = await take({ listens: false, speaks: false })
  // In the one order and in the other, because what else the machine does changes from one minute to the next.
  const listening = turn % 2 === 1
  const first = await take({ listens: listening, speaks: true })
  const second = await take({ listens: !listening, speaks: true })
  return { alone, ...(listening ? { beside: second, meanwhile: first } : { beside: first, meanwhile: second }) }
}
