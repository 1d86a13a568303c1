import type { Duplex } from 'node:stream'
import { MqttClient } from 'mqtt'
import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'

export interface ConnectionOptions {
  /** A socket to the right server. The connection owns it from now on. */
  socket: Duplex
  clientId: string
  username: string
  password: string
  clock: Clock
  will?: { topic: string; payload: Buffer }
  /** From CONNECT to CONNACK. Default 10 s. */
  timeoutMs?: number
  keepaliveS?: number
}

export interface IncomingMessage {
  topic: string
  payload: Buffer
  retain: boolean
}

/** One MQTT connection: opened once, ended once, never reconnected. */
export interface HubConnection {
  /** Writes a message in the order of the calls. Nothing is queued for a connection that has ended. */
  publish(topic: string, payload: Buffer, qos: 0 | 1): void
  /** Like `publish`; resolves with the PUBACK (QoS 1) or when the socket has the bytes, rejects when the link is lost. */
  publishConfirmed(topic: string, payload: Buffer, qos: 0 | 1): Promise<void>
  /** Throws `not_allowed` when the server refuses a filter. */
  subscribe(filters: readonly string[]): Promise<void>
  /** Bytes that are written and not yet taken by the network. */
  bufferedBytes(): number
  /** Says goodbye, so that the will is not published. Resolves when the socket is closed, or after a second. */
  end(): Promise<void>
  /** Cuts the socket: the server publishes the will. */
  drop(reason: Error): void
  /** Resolves once, when the connection has ended, with what ended it. */
  readonly closed: Promise<Error | null>
}

/** CONNACK codes of MQTT 3.1.1, section 3.2.2.3. */
const CONNACK = { identifierRejected: 2, serverUnavailable: 3, badCredentials: 4, notAuthorized: 5 } as const

/** DISCONNECT of MQTT 3.1.1, section 3.14: the will is forgotten. */
const DISCONNECT = Buffer.from([0xe0, 0])
const GOODBYE_MS = 1_000

/** What became of a message is said by the hub's ack, and an ended connection is seen by its `closed`. */
const ignoreOutcome = () => {}

/**
 * A new client per connection, because MQTT.js 5.16 loses QoS 1 messages when the link drops again during the replay
 * of its store (its issue 2015): the outbox replays, not the client.
 *
 * Throws `forbidden` when the server does not accept the credentials, `unreachable` when it is not ready or silent.
 */
export function openConnection(
  options: ConnectionOptions,
  onMessage: (message: IncomingMessage) => void,
): Promise<HubConnection> {
  const { socket, clientId, username, password, will } = options
  const client = new MqttClient(() => socket, {
    protocolVersion: 4,
    clientId,
    username,
    password,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: 'native',
    keepalive: options.keepaliveS ?? 20,
    connectTimeout: options.timeoutMs ?? 10_000,
    ...(will ? { will: { ...will, qos: 1 as const, retain: false } } : {}),
  })
  let failure: Error | null = null
  client.on('error', (error) => {
    failure ??= asError(error)
  })
  const closed = new Promise<Error | null>((resolve) => {
    client.once('close', () => {
      // Ends its timers; without it the keepalive of a dead connection would run on.
      client.end(true)
      resolve(failure)
    })
  })
  client.on('message', (topic, payload, packet) => onMessage({ topic, payload, retain: packet.retain }))

  const connection: HubConnection = {
    publish(topic, payload, qos) {
      if (client.connected) client.publish(topic, payload, { qos }, ignoreOutcome)
    },
    publishConfirmed(topic, payload, qos) {
      if (!client.connected) return Promise.reject(new LaresError('unreachable', 'the connection has ended'))
      return new Promise((resolve, reject) => {
        client.publish(topic, payload, { qos }, (error) => (error ? reject(error) : resolve()))
      })
    },
    async subscribe(filters) {
      try {
        await client.subscribeAsync([...filters], { qos: 1 })
      } catch (error) {
        const refused = refusedFilter(filters, error)
        if (refused === null) throw error
        throw new LaresError('not_allowed', `the hub refuses the subscription ${refused}`, { cause: error })
      }
    },
    bufferedBytes: () => socket.writableLength,
    async end() {
      // Not client.end(): it waits for every PUBACK before it says goodbye, and the outbox needs none of them.
      socket.end(DISCONNECT)
      const cancel = options.clock.after(GOODBYE_MS, () => socket.destroy())
      await closed
      cancel()
    },
    drop(reason) {
      failure ??= reason
      socket.destroy()
    },
    closed,
  }
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(connection))
    void closed.then((error) => reject(explainRefusal(error)))
  })
}

/** MQTT.js hands the SUBACK over with its error: 128 stands where a filter was refused, in the order of the filters. */
function refusedFilter(filters: readonly string[], error: unknown): string | null {
  const granted = (error as { packet?: { granted?: number[] } }).packet?.granted
  return filters.find((_, index) => granted?.[index] === 128) ?? null
}

function explainRefusal(error: Error | null): LaresError {
  const code = error && 'code' in error ? error.code : null
  const options = error ? { cause: error } : {}
  switch (code) {
    case CONNACK.identifierRejected:
    case CONNACK.badCredentials:
    case CONNACK.notAuthorized:
      return new LaresError('forbidden', 'the hub does not accept this device and its secret', {
        ...options,
        hint: 'It may have been removed there. Join again: lares edge join <token> --again.',
      })
    case CONNACK.serverUnavailable:
      return new LaresError('unreachable', 'the hub takes nobody in at the moment', {
        ...options,
        hint: 'Its disk may be full. Look at its health; the agent tries again by itself.',
      })
    default:
      return new LaresError(
        'unreachable',
        `the hub ended the connection before it was accepted: ${why(error)}`,
        options,
      )
  }
}

function why(error: Error | null): string {
  return error?.message || 'without a reason'
}
