import type { Clock } from '../../shared/clock.ts'
import type { Wire } from '../../shared/codec.ts'
import { decode, encode } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Birth, BirthSensor } from '../../shared/messages/birth.ts'
import type { Command } from '../../shared/messages/command.ts'
import type { Desired } from '../../shared/messages/desired.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { HubInfo } from '../../shared/messages/hub-info.ts'
import type { MessageName } from '../../shared/messages/index.ts'
import type { Rejected } from '../../shared/messages/rejected.ts'
import type { Reported } from '../../shared/messages/reported.ts'
import type { Status } from '../../shared/messages/status.ts'
import type { Topics } from '../../shared/topics.ts'
import { topicsBelow } from '../../shared/topics.ts'
import type { ResultBody } from '../outbox/bodies.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Aftermath, LinkState, Opened } from './connect-loop.ts'
import { ConnectLoop } from './connect-loop.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { dial, MOVED_HINT } from './dial.ts'
import { envelope } from './envelope.ts'
import type { HubConnection, IncomingMessage } from './hub-connection.ts'
import { openConnection } from './hub-connection.ts'
import { HubSession } from './hub-session.ts'
import type { HubTrouble } from './hub-trouble.ts'

/** Beyond this a slow network holds the heartbeat back: a late one says nothing. */
const HEARTBEAT_BUFFER_BYTES = 64 * 1024

/** What a hub must send to a device. */
const NEEDED = ['ack', 'command', 'desired'] as const

/** Two machines that take turns are better than two that throw each other out every second. */
const TWIN_REST_MS = 300_000
/** Told again by the hub at every introduction as long as it is so. */
const TWIN_MEMORY_MS = 1_800_000

/** What a birth says beside what the link itself knows. */
export type BirthContent = Omit<Birth, 'epoch' | 'connects' | 'sent' | 'boot' | 'sensors'> & { sensors: BirthSensor[] }

export interface LinkOptions {
  identity: DeviceIdentity
  /** Addresses from the configuration go before those of the identity. */
  addresses?: readonly string[]
  outbox: Outbox
  clock: Clock
  log: Log
  boot: string
  birth: () => BirthContent
  onCommand: (command: Command) => void
  onDesired: (desired: Desired) => void
  /** Called when the state or the reason changes. */
  onState?: (state: LinkState) => void
  onHubInfo?: (info: HubInfo) => void
  /** The hub has answered the birth. */
  onReachable?: () => void
  random?: () => number
}

/** The agent's main connection: birth, will, outbox, heartbeat, commands and settings. */
export class Link implements Service {
  #options: LinkOptions
  #topics: Topics
  #loop: ConnectLoop
  /** Settings that came while the connection was made. */
  #unsaid: Reported | null = null
  #session: HubSession | null = null
  #quiet: RateLimitedLog
  #connects = 0
  #refusal: HubTrouble | null = null
  #twin: { error: LaresError; toldAt: number } | null = null

  constructor(options: LinkOptions) {
    this.#options = options
    this.#topics = topicsBelow(options.identity.base)
    this.#quiet = new RateLimitedLog(options.clock, 60_000)
    const { identity, clock, log, random, onState } = options
    this.#loop = new ConnectLoop({
      addresses: [...new Set([...(options.addresses ?? []), ...identity.addresses])],
      clock,
      log,
      open: (addresses, signal) => this.#open(addresses, signal),
      aftermath: () => this.aftermath(),
      onEnded: ({ stopping }) => this.#endSession(stopping),
      ...(onState ? { onState } : {}),
      ...(random ? { random } : {}),
    })
  }

  get state(): LinkState {
    return this.#loop.state
  }

  /** What the hub did not take of the last birth, with the remedy, or `null`. */
  get refusal(): HubTrouble | null {
    return this.#refusal
  }

  /** Another machine uses this identity, as the hub said lately: what there is to say, and for how long to keep away. */
  aftermath(): Aftermath | null {
    const twin = this.#twin
    if (twin === null || this.#options.clock.mono() - twin.toldAt > TWIN_MEMORY_MS) return null
    return { error: twin.error, restMs: TWIN_REST_MS }
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Sends it when the hub can be reached and the network keeps up; otherwise it is forgotten. */
  heartbeat(heartbeat: Heartbeat): void {
    const connection = this.#loop.connection
    if (connection === null || connection.bufferedBytes() > HEARTBEAT_BUFFER_BYTES) return
    connection.publish(this.#topic('heartbeat'), encode('heartbeat', heartbeat), 0)
  }

  /** Sends it when the hub can be reached: what it retains comes while the connection is still made, and is answered then. */
  reported(reported: Reported): void {
    const { connection } = this.#loop
    if (connection) connection.publish(this.#topic('reported'), encode('reported', reported), 1)
    else this.#unsaid = reported
  }

  /** Sends the answer to a command past the outbox when the hub can be reached; otherwise it is forgotten. */
  answer(result: ResultBody): void {
    this.#loop.connection?.publish(this.#topic('result'), encode('result', result), 1)
  }

  /** Introduces the device again over the same connection, because it has other sensors than it said. */
  announce(): void {
    if (this.#session === null) return
    this.#loop.connection?.publish(this.#topic('birth'), this.#birth(this.#connects), 1)
  }

  async #open(addresses: readonly string[], signal: AbortSignal): Promise<Opened> {
    const { identity, outbox, clock } = this.#options
    const { socket, address } = await dial({ addresses, pin: identity.pin, clock, signal, unreachableHint: MOVED_HINT })
    const connects = outbox.nextConnect()
    this.#connects = connects
    const connection = await openConnection(
      {
        socket,
        clock,
        clientId: identity.device,
        username: identity.device,
        password: identity.secret,
        will: { topic: this.#topic('will'), payload: encode('will', { connects }) },
      },
      (message) => this.#receive(message),
    )
    try {
      this.#session = this.#newSession(connection)
      await connection.subscribe(NEEDED.map((name) => this.#topic(name)))
      await this.#listenFurther(connection)
      connection.publish(this.#topic('birth'), this.#birth(connects), 1)
      this.#session.start()
      if (this.#unsaid) connection.publish(this.#topic('reported'), encode('reported', this.#unsaid), 1)
      this.#unsaid = null
      return { connection, address }
    } catch (error) {
      connection.drop(new Error('the connection could not be prepared', { cause: error }))
      this.#endSession(true)
      throw error
    }
  }

  /** A hub of another version may not offer it; that is no reason to have none. */
  async #listenFurther(connection: HubConnection): Promise<void> {
    try {
      await connection.subscribe([this.#topic('rejected'), this.#topic('status'), this.#topics.build('hubInfo', {})])
    } catch (error) {
      if (!(error instanceof LaresError && error.code === 'not_allowed')) throw error
      this.#options.log.info({ reason: error.message }, 'the hub does not offer all that this agent would listen to')
    }
  }

  #newSession(connection: HubConnection): HubSession {
    const { outbox, clock, log, onReachable } = this.#options
    return new HubSession({
      outbox,
      clock,
      log,
      send: (row) => {
        const sending = { epoch: outbox.epoch, at: clock.now(), mono: clock.mono() }
        connection.publish(this.#topic(row.kind), envelope(row, sending), 1)
      },
      drop: (reason) => connection.drop(reason),
      onReachable: () => onReachable?.(),
    })
  }

  #endSession(stopping: boolean): void {
    this.#session?.stop(stopping)
    this.#session = null
  }

  #birth(connects: number): Buffer {
    const { birth, outbox, clock, boot } = this.#options
    this.#refusal = null
    const sent = { at: Math.max(0, clock.now()), mono: clock.mono() }
    return encode('birth', { ...birth(), boot, epoch: outbox.epoch, connects, sent })
  }

  #receive(message: IncomingMessage): void {
    const { onCommand, onDesired } = this.#options
    switch (this.#topics.parse(message.topic)?.name) {
      case 'ack':
        this.#use('ack', message, (ack) => this.#session?.acknowledge(ack))
        break
      case 'hubInfo':
        this.#use('hub-info', message, (info) => this.#options.onHubInfo?.(info))
        break
      case 'rejected':
        this.#use('rejected', message, (rejected) => this.#refused(rejected))
        break
      case 'status':
        this.#use('status', message, (status) => this.#heardStatus(status))
        break
      case 'desired':
        this.#use('desired', message, onDesired)
        break
      case 'command':
        // A retained command would run again at every connect; the protocol has none.
        if (message.retain) this.#complain('command', 'it was retained')
        else this.#use('command', message, onCommand)
        break
      default:
        this.#complain(message.topic, 'nobody asked for it')
    }
  }

  /** The hub refused something. A birth it did not take at all is no reason to keep what was measured to ourselves. */
  #refused({ topic, code, reason, hint }: Rejected): void {
    if (code === 'identity_shared') {
      const error = new LaresError('identity_shared', reason, { hint })
      if (this.aftermath() === null)
        this.#options.log.error({ error_code: code, reason, hint }, 'another machine uses the identity of this one')
      this.#twin = { error, toldAt: this.#options.clock.mono() }
      this.#options.onState?.(this.#loop.state)
    } else if (this.#topics.parse(topic)?.name === 'birth') {
      this.#refusal = { reason: `the hub did not take all of it: ${reason}`, hint }
      this.#options.log.warn({ error_code: code, reason, hint }, 'the hub did not take all of the introduction')
      this.#session?.refused()
      this.#options.onState?.(this.#loop.state)
    } else if (this.#quiet.allow(topic))
      this.#options.log.warn({ topic, error_code: code, reason, hint }, 'the hub refused a message')
  }

  /** The hub says so when the other machine has an identity of its own. */
  #heardStatus({ alarms = [] }: Status): void {
    if (this.#twin === null || alarms.some(({ type }) => type === 'identity_shared')) return
    this.#twin = null
    this.#options.log.info({}, 'no other machine uses the identity of this one any more')
    this.#options.onState?.(this.#loop.state)
  }

  #use<N extends MessageName>(name: N, message: IncomingMessage, use: (value: Wire<N>) => void): void {
    const decoded = decode(name, message.payload)
    if (decoded.ok) use(decoded.value)
    else this.#complain(name, decoded.reason)
  }

  #complain(what: string, reason: string): void {
    if (this.#quiet.allow(what)) this.#options.log.warn({ what, reason }, 'a message of the hub was not used')
  }

  #topic(
    name:
      | 'birth'
      | 'will'
      | 'heartbeat'
      | 'readings'
      | 'event'
      | 'result'
      | 'reported'
      | 'rejected'
      | 'status'
      | (typeof NEEDED)[number],
  ): string {
    return this.#topics.build(name, { device: this.#options.identity.device })
  }
}
