import { createServer } from 'node:net'
import { PacketReader, PUBLISH, pubackPacket } from './packets.ts'

/**
 * Answers every PUBLISH with PUBACK and does nothing else: what the load generator can do at most.
 * Prints its port as one line of JSON.
 */
const CONNACK_OK = Buffer.from([0x20, 2, 0, 0])
const acks = Array.from({ length: 64 }, (_, id) => pubackPacket(id))

const server = createServer({ noDelay: true }, (socket) => {
  let answers: Buffer[] = []
  const reader = new PacketReader((packet) => {
    const answer = packet.type === PUBLISH ? acks[packet.number] : CONNACK_OK
    if (answer) answers.push(answer)
  })
  socket.on('data', (chunk: Buffer) => {
    reader.take(chunk)
    socket.write(Buffer.concat(answers))
    answers = []
  })
  // The load ends by destroying its sockets.
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ plain: (server.address() as { port: number }).port })}\n`),
)
