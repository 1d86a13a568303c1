import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { type IClientOptions, MqttClient } from 'mqtt'
import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Publication } from '../dialects/said.ts'
import { type BrokerPlace, openBrokerSocket } from './broker-socket.ts'
import { type BrokerTrouble, brokerTrouble } from './broker-trouble.ts'
import { MessageGuard, type MessageGuardParts } from './message-guard.ts'
import type { PublishedMessage } from './roster.ts'

/** How to get into a broker that is there already. */
export interface BrokerAddress extends BrokerPlace {
  user: string | null
  password: string | null
}

/** Whether a broker is there, and what is wrong with it. */
export interface BrokerState extends Pick<BrokerTrouble, 'refuses'> {
  online: boolean
  reason: string | null
}

export interface ExistingBrokerParts extends Pick<MessageGuardParts, 'most' | 'passedOver'> {
  /** Asked at every connection: a password may have been changed. Rejects with what is wrong with it. */
  address(): Promise<BrokerAddress>
  /** What that broker says of us, retained, when the connection is torn. Absent: nothing. */
  will?: { topic: string; payload: string }
  /** Everything that has to be heard now. */
  filters(): ReadonlySet<string>
  hear(message: PublishedMessage): void
  /** It is connected, or is not and why. Told when it changes. */
  changed(state: BrokerState): void
  clock: Clock
}

const CONNECT_MS = 10_000
const KEEPALIVE_S = 30
/** A connection that lasted this long was a success. One that is ended at once is not tried again every second. */
const LASTING_MS = 30_000
/** Filters in one packet: brokers have limits of their own. */
const FILTERS_AT_ONCE = 50

/**
 * A client of somebody's own broker. It connects as often as it takes, with a client of MQTT.js for each connection (see the
 * agent's link), hears what is wanted of it and publishes what it is told; nothing waits here for a broker that is away.
 */
export class ExistingBroker {
  #parts: ExistingBrokerParts
  #client: MqttClient | null = null
  #held = new Set<string>()
  #backoff = new Backoff({ firstMs: 1_000, capMs: 60_000 })
  #again: Cancel = () => {}
  #stopped = false
  #told: string | null = null
  #giveUp = new AbortController()

  constructor(parts: ExistingBrokerParts) {
    this.#parts = parts
  }

  start(): void {
    void this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#again()
    this.#giveUp.abort()
    const client = this.#client
    this.#client = null
    await client?.endAsync(true)
  }

  /** Subscribes to what is wanted by now, and leaves what is not wanted any more. */
  refresh(): void {
    const client = this.#client
    if (!client?.connected) return
    const wanted = this.#parts.filters()
    const fresh = [...wanted].filter((filter) => !this.#held.has(filter))
    const stale = [...this.#held].filter((filter) => !wanted.has(filter))
    for (const some of inPackets(fresh))
      client.subscribe(some, { qos: 1 }, (error) => {
        if (error) this.#tell({ online: true, reason: `it refuses a subscription: ${brokerTrouble(error).reason}` })
      })
    for (const some of inPackets(stale)) client.unsubscribe(some)
    this.#held = new Set(wanted)
  }

  /** Resolves when the broker has it; rejects with a sentence. */
  async publish(publication: Publication): Promise<void> {
    const { topic, payload, qos, retain } = publication
    if (!this.#client?.connected) throw new Error('the broker is away')
    await this.#client.publishAsync(topic, payload, { qos, retain })
  }

  async #connect(): Promise<void> {
    let address: BrokerAddress
    try {
      address = await this.#parts.address()
    } catch (error) {
      this.#retry({ reason: asError(error).message, refuses: true })
      return
    }
    if (this.#stopped) return
    const { most, passedOver, clock } = this.#parts
    let socket: Socket
    try {
      socket = await openBrokerSocket(address, { clock, signal: this.#giveUp.signal })
    } catch (error) {
      this.#retry(brokerTrouble(error))
      return
    }
    if (this.#stopped) {
      socket.destroy()
      return
    }
    const guard = new MessageGuard({ socket, most, passedOver })
    const client = new MqttClient(() => guard, optionsFor(address, this.#parts.will))
    this.#client = client
    let failure: unknown = null
    let cancelLasting: Cancel = () => {}
    const failed = (error: unknown) => {
      failure ??= error
    }
    guard.on('error', failed)
    client.on('error', failed)
    client.on('connect', () => {
      cancelLasting = this.#parts.clock.after(LASTING_MS, () => this.#backoff.reset())
      this.#held.clear()
      this.#tell({ online: true, reason: null })
      this.refresh()
    })
    client.on('message', (topic, payload, { retain }) => this.#parts.hear({ topic, payload, retained: retain }))
    client.once('close', () => {
      cancelLasting()
      // Without it its timers would run on.
      client.end(true)
      if (this.#client === client) this.#client = null
      this.#retry(failure === null ? { reason: 'the connection ended' } : brokerTrouble(failure))
    })
  }

  #retry(trouble: BrokerTrouble): void {
    if (this.#stopped) return
    this.#tell({ online: false, ...trouble })
    this.#again = this.#parts.clock.after(this.#backoff.next(), () => void this.#connect())
  }

  #tell(state: BrokerState): void {
    const words = JSON.stringify(state)
    if (words === this.#told) return
    this.#told = words
    this.#parts.changed(state)
  }
}

function optionsFor({ user, password }: BrokerAddress, will: ExistingBrokerParts['will']): IClientOptions {
  return {
    protocolVersion: 4,
    clientId: `lares-${randomBytes(6).toString('hex')}`,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_MS,
    timerVariant: 'native',
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  }
}

function* inPackets(filters: readonly string[]): Generator<string[]> {
  for (let at = 0; at < filters.length; at += FILTERS_AT_ONCE) yield filters.slice(at, at + FILTERS_AT_ONCE)
}
