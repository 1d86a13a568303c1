import type { ChildProcess } from 'node:child_process'
import type { MqttClient } from 'mqtt'
import { systemClock, wait } from '../../../../shared/clock.ts'
import { Mosquitto, noMosquitto } from '../../../../test/hub/makers/mosquitto.ts'
import { firstLine } from '../child-line.ts'
import { end, runProgram } from '../figures.ts'
import { type HubProcess, startHub } from '../hub-process.ts'
import { LocalAdmin } from '../local-admin.ts'
import { APPEAR, BELOW, type BridgeOrder, RATE } from './bridge-topics.ts'
import { SENT_AT } from './zigbee-list.ts'

const LOOK_MS = 20
const PATIENCE_MS = 300_000
/** As many as an answer has at most. */
const ENTITIES_ASKED = 700

interface HouseParts {
  folder: string
  devices: number
  zero: number
  broker: Mosquitto
  bridge: ChildProcess
  control: MqttClient
}

/** A house with a broker of its own, a Zigbee2MQTT there, and a hub that may listen to it. */
export class MakerHouse {
  #parts: HouseParts

  private constructor(parts: HouseParts) {
    this.#parts = parts
  }

  static async open({ folder, devices }: { folder: string; devices: number }): Promise<MakerHouse> {
    if (noMosquitto !== null) throw new Error(noMosquitto)
    const broker = await Mosquitto.start()
    const zero = systemClock.mono()
    const order: BridgeOrder = { url: broker.url, devices, zero }
    const bridge = runProgram('makers/zigbee-bridge', order)
    await firstLine(bridge)
    return new MakerHouse({ folder, devices, zero, broker, bridge, control: await broker.client() })
  }

  get folder(): string {
    return this.#parts.folder
  }

  /** Its clients are those of anybody in the house. */
  get broker(): Mosquitto {
    return this.#parts.broker
  }

  /** Milliseconds on the clock by which the bridge says when it sent something. */
  now(): number {
    return systemClock.mono() - this.#parts.zero
  }

  /** `folder`: of another hub; `prefix`: where it looks for Zigbee2MQTT, `null`: it listens at no broker. */
  startHub({ folder = this.folder, prefix = BELOW }: { folder?: string; prefix?: string | null }): Promise<HubProcess> {
    const listening = `[makers.brokers.home]\nurl = "${this.broker.url}"\nzigbee2mqtt = "${prefix}"\n`
    return startHub({ folder, config: `log = "error"\n${prefix === null ? '' : listening}` })
  }

  /** The bridge announces its devices. */
  async appear(): Promise<void> {
    await this.#parts.control.publishAsync(APPEAR, '', { qos: 1 })
  }

  /** Messages a second, of all devices together. */
  async speak(rate: number): Promise<void> {
    await this.#parts.control.publishAsync(RATE, String(rate), { qos: 1 })
  }

  /** Accepts all that the bridge announced, as soon as it is announced, and waits until a state of each can be asked for. */
  async takeIn(hub: HubProcess): Promise<void> {
    const { devices } = this.#parts
    const admin = await LocalAdmin.open(hub.ports.socket)
    try {
      const waiting = { status: 'waiting', limit: 500 }
      const all = { what: 'the devices were not announced', is: (found: number) => found > devices }
      await until(all, async () => (await admin.call<{ makers: unknown[] }>('makers', 'list', waiting)).makers.length)
      await admin.call('makers', 'accept', { all: true })
      const live = { what: 'a device has no state', is: (found: number) => found >= devices }
      await until(live, () => statesOf(admin))
    } finally {
      admin.close()
    }
  }

  async close(): Promise<void> {
    const { control, bridge, broker } = this.#parts
    await control.endAsync()
    await end(bridge)
    await broker.remove()
  }
}

/** Devices of which a state can be asked for. */
async function statesOf(admin: LocalAdmin): Promise<number> {
  interface Page {
    entities: { key: string; state: string | null }[]
    next?: string
  }
  let known = 0
  let after: string | undefined
  do {
    const asked = { limit: ENTITIES_ASKED, ...(after === undefined ? {} : { after }) }
    const page: Page = await admin.call('entities', 'list', asked)
    known += page.entities.filter(({ key, state }) => key.endsWith(`_${SENT_AT}`) && state !== null).length
    after = page.next
  } while (after !== undefined)
  return known
}

async function until(
  { what, is }: { what: string; is: (found: number) => boolean },
  find: () => Promise<number>,
): Promise<void> {
  const end = systemClock.mono() + PATIENCE_MS
  while (!is(await find())) {
    if (systemClock.mono() > end) throw new Error(what)
    await wait(systemClock, LOOK_MS)
  }
}
