import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import { BROKER_LIMITS } from '../../hub/broker/broker-limits.ts'
import type { BrokerHooks } from '../../hub/broker/connection.ts'
import { TrustedBroker } from '../../hub/broker/trusted-broker.ts'
import { systemClock } from '../../shared/clock.ts'
import { createLog } from '../../shared/log.ts'

const { values } = parseArgs({
  options: {
    open: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    /** For measuring: acknowledge and hand to nobody. */
    absorb: { type: 'boolean', default: false },
    log: { type: 'string', default: 'error' },
  },
})

if (!values.open) {
  console.error('This broker has no access rights. Say --open when that is what you want.')
  process.exit(2)
}

const MiB = 1024 * 1024

const hooks: BrokerHooks = {
  authenticate: () => ({ accept: null }),
  publish: (_connection, _message, settle) => settle(values.absorb ? 'absorb' : 'deliver'),
  subscribe: (_connection, filter, qos) => (filter === 'test/nosubscribe' ? 'deny' : qos),
  forward: () => true,
  connected() {},
  disconnected() {},
}

const broker = new TrustedBroker({
  hooks,
  clock: systemClock,
  log: createLog(values.log),
  limits: {
    beforeConnectBytes: 256 * 1024,
    afterConnectBytes: 64 * MiB,
    topicBytes: 65_535,
    topicLevels: 100,
    filtersPerClient: 10_000,
    messagesPerSecond: 10_000_000,
    inflightPerClient: 65_535,
    connectionsPerAddress: BROKER_LIMITS.connections,
    outputBytes: 64 * MiB,
    offlineQueue: { messages: 50_000, bytes: 64 * MiB, ageMs: 86_400_000 },
    offlineBytes: 256 * MiB,
  },
})

await broker.start()

const server = createServer({ noDelay: true }, (socket) => {
  broker.handle(socket, { remote: socket.remoteAddress ?? 'unknown', listener: 'open' })
})

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  console.log(`listening on 127.0.0.1:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    server.close()
    await broker.stop()
    process.exit(0)
  })
}
