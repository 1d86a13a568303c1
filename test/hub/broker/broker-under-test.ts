import { createServer, type Server, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import type { IConnectPacket } from 'mqtt-packet'
import type { BrokerHooks, Connection } from '../../../hub/broker/connection.ts'
import { TrustedBroker, type TrustedBrokerOptions } from '../../../hub/broker/trusted-broker.ts'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { connectPacket, type RawClient, rawClient } from './raw-client.ts'

export const openHooks: BrokerHooks = {
  authenticate: () => ({ accept: null }),
  publish: (_connection, _message, settle) => settle('deliver'),
  subscribe: (_connection, _filter, qos) => qos,
  forward: () => true,
  connected() {},
  disconnected() {},
}

export interface Event {
  what: string
  clientId: string | null
  reason?: string
}

export interface BrokerUnderTest {
  broker: TrustedBroker
  /** connected, disconnected and violation, in order. */
  events: Event[]
  /** A client whose bytes the broker gets through memory; nothing was sent yet. */
  open(remote?: string): RawClient
  /** A client that has its CONNACK. */
  connect(clientId: string, more?: Partial<IConnectPacket>): Promise<RawClient>
  /** Listens on a free port of loopback; what `prepare` does to each socket is up to the test. */
  listen(prepare?: (socket: Socket) => void): Promise<number>
  stop(): Promise<void>
}

export type Settings = Partial<Omit<TrustedBrokerOptions, 'hooks'>> & { hooks?: Partial<BrokerHooks> }

/** A broker with open hooks, any of which a test replaces. Stop it in the end. */
export async function startBroker(settings: Settings = {}): Promise<BrokerUnderTest> {
  const events: Event[] = []
  const clock: Clock = settings.clock ?? systemClock
  const hooks: BrokerHooks = {
    ...openHooks,
    connected: (connection: Connection) => void events.push({ what: 'connected', clientId: connection.clientId }),
    disconnected: (connection, reason) =>
      void events.push({ what: 'disconnected', clientId: connection.clientId, reason }),
    violation: (_remote, clientId, reason) => void events.push({ what: 'violation', clientId, reason }),
    ...settings.hooks,
  }
  const broker = new TrustedBroker({ log: silentLog, ...settings, hooks, clock })
  await broker.start()
  const servers: Server[] = []
  const open = (remote = 'test') => {
    const [ours, theirs] = duplexPair()
    broker.handle(theirs, { remote, listener: 'memory' })
    return rawClient(ours)
  }
  return {
    broker,
    events,
    open,
    async connect(clientId, more) {
      const client = open()
      client.send(connectPacket(clientId, more))
      await client.next('connack')
      return client
    },
    async listen(prepare) {
      const server = createServer({ noDelay: true }, (socket) => {
        prepare?.(socket)
        broker.handle(socket, { remote: socket.remoteAddress ?? '', listener: 'tcp' })
      })
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      return typeof address === 'object' && address ? address.port : 0
    },
    async stop() {
      for (const server of servers) server.close()
      await broker.stop()
    },
  }
}

/** Resolves once the broker has handled what it was sent and delivered what came of it: deliveries take a few turns. */
export async function settled(...clients: RawClient[]): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    for (const client of clients) {
      client.send({ cmd: 'pingreq' })
      await client.next('pingresp')
    }
    await turns(20)
  }
}

/** Lets the event loop turn so many times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** However busy the machine is. */
const PATIENCE_MS = 60_000

/** Looks again after each turn of the event loop; for what has no event of its own. */
export async function until(condition: () => boolean, what = 'condition'): Promise<void> {
  const end = systemClock.mono() + PATIENCE_MS
  while (systemClock.mono() < end) {
    if (condition()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`never came true: ${what}`)
}
