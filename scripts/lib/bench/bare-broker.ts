import { createServer } from 'node:net'
import { Aedes } from 'aedes'

/** Aedes as it comes: memory persistence, no hooks, nothing stored. Prints its port as one line of JSON. */
const broker = await Aedes.createBroker()
const server = createServer({ noDelay: true }, (socket) => broker.handle(socket))
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ plain: (server.address() as { port: number }).port })}\n`),
)
