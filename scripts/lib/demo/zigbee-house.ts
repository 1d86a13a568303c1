import { connectAsync, type MqttClient } from 'mqtt'
import { type Cancel, systemClock } from '../../../shared/clock.ts'
import { DOOR, LAMP, ZIGBEE_LIST } from './zigbee-list.ts'

const BELOW = 'zigbee2mqtt'
/** The door is opened, and closed again: what is told of it is over a minute later. */
const DOOR_MS = { open: 30_000, closed: 120_000, first: 20_000 }
const KEPT = { retain: true, qos: 1 } as const

interface LampState {
  state: 'ON' | 'OFF'
  brightness: number
}

/** How to get in: what `bridges add` printed. */
export interface BridgeLogin {
  url: string
  user: string
  password: string
}

/**
 * What of a house with Zigbee2MQTT cannot be here: its radio, a lamp and a door contact. At the broker it does what Zigbee2MQTT does:
 * it logs in with its will, lists its devices, and says what a lamp is after it was told something.
 */
export class ZigbeeHouse {
  #client: MqttClient
  #lamp: LampState = { state: 'OFF', brightness: 254 }
  #isClosed = true
  #cancel: Cancel = () => {}

  private constructor(client: MqttClient) {
    this.#client = client
    client.on('message', (topic, payload) => this.#told(topic, String(payload)))
    client.on('error', () => {})
    this.#moveDoorAfter(DOOR_MS.first)
  }

  static async start({ url, user: username, password }: BridgeLogin): Promise<ZigbeeHouse> {
    const will = { topic: `${BELOW}/bridge/state`, payload: Buffer.from('{"state":"offline"}'), ...KEPT }
    const client = await connectAsync(url, { username, password, will, protocolVersion: 4 })
    const house = new ZigbeeHouse(client)
    await client.subscribeAsync([`${BELOW}/+/set`, `${BELOW}/+/get`], { qos: 1 })
    await client.publishAsync(`${BELOW}/bridge/state`, '{"state":"online"}', KEPT)
    await client.publishAsync(`${BELOW}/bridge/devices`, JSON.stringify(ZIGBEE_LIST), KEPT)
    for (const name of [LAMP, DOOR]) {
      await client.publishAsync(`${BELOW}/${name}/availability`, '{"state":"online"}', KEPT)
      await house.#say(name)
    }
    return house
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#client.endAsync(true)
  }

  #told(topic: string, payload: string): void {
    const [, name = '', verb] = topic.split('/')
    if (name === LAMP && verb === 'set') {
      const { state = this.#lamp.state, brightness } = JSON.parse(payload) as {
        state?: LampState['state'] | 'TOGGLE'
        brightness?: number
      }
      const wanted = brightness === undefined ? state : 'ON'
      const other = this.#lamp.state === 'ON' ? 'OFF' : 'ON'
      this.#lamp = {
        state: wanted === 'TOGGLE' ? other : wanted,
        brightness: brightness ?? this.#lamp.brightness,
      }
    }
    void this.#say(name)
  }

  #moveDoorAfter(ms: number): void {
    this.#cancel = systemClock.after(ms, () => {
      this.#isClosed = !this.#isClosed
      this.#moveDoorAfter(this.#isClosed ? DOOR_MS.closed : DOOR_MS.open)
      void this.#say(DOOR)
    })
  }

  /** Retained, as Zigbee2MQTT does for devices with `retain: true`. */
  async #say(name: string): Promise<void> {
    const state = name === LAMP ? this.#lamp : { contact: this.#isClosed, battery: 97 }
    if (!this.#client.connected) return
    await this.#client.publishAsync(`${BELOW}/${name}`, JSON.stringify({ ...state, linkquality: 120 }), KEPT)
  }
}
