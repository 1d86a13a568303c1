import { connect, type Socket } from 'node:net'
import { systemClock } from '../../../shared/clock.ts'
import { connectPacket, PUBACK_BYTES } from './packets.ts'
import { FIRST_SEQ, PacketRing, WINDOW } from './ring.ts'

/** What the load process is told, as JSON in its first argument. */
export interface LoadOrder {
  port: number
  clients: { id: string; user?: string; password?: string; topic: string }[]
  warmUpMs: number
  measureMs: number
  firstSeq: number
}

/** What it answers on standard output. */
export interface LoadReport {
  messagesPerSecond: number
  p50Ms: number
  p99Ms: number
  /** The longest that a message waited for its acknowledgement. */
  slowestMs: number
  /** Acknowledged in all, with warm-up and the rest in flight at the end. */
  acknowledged: number
}

const CONNACK_BYTES = 4

/** Latencies in steps of 10 µs up to 10 s: counting is cheaper than keeping. */
class Histogram {
  #counts = new Uint32Array(1_000_001)
  #total = 0

  add(ms: number, times: number): void {
    const slot = Math.min(1_000_000, Math.round(ms * 100))
    this.#counts[slot] = (this.#counts[slot] ?? 0) + times
    this.#total += times
  }

  quantile(share: number): number {
    let seen = 0
    for (const [slot, count] of this.#counts.entries()) {
      seen += count
      if (seen >= this.#total * share) return slot / 100
    }
    return 0
  }
}

interface Shared {
  measuring: boolean
  stopping: boolean
  measured: number
  acknowledged: number
  latency: Histogram
}

/** Keeps a connection's window full. Acknowledgements come in order, so their bytes need only be counted. */
class LoadConnection {
  #socket: Socket
  #ring: PacketRing
  #shared: Shared
  #sentAt = new Float64Array(WINDOW)
  #acknowledged = 0
  #odd = 0
  #waitsForConnack = CONNACK_BYTES
  #onIdle: () => void = () => {}

  constructor(socket: Socket, ring: PacketRing, shared: Shared) {
    this.#socket = socket
    this.#ring = ring
    this.#shared = shared
  }

  start(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#send(WINDOW)
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve
      if (this.#acknowledged === this.#ring.sent) resolve()
    })
  }

  #take(chunk: Buffer): void {
    let bytes = chunk.length + this.#odd
    const connack = Math.min(this.#waitsForConnack, bytes)
    this.#waitsForConnack -= connack
    bytes -= connack
    const count = Math.floor(bytes / PUBACK_BYTES)
    this.#odd = bytes % PUBACK_BYTES
    const now = systemClock.mono()
    const shared = this.#shared
    for (let i = 0; i < count; i += 1) {
      const slot = (this.#acknowledged + i) % WINDOW
      if (shared.measuring) shared.latency.add(now - (this.#sentAt[slot] ?? now), 1)
    }
    this.#acknowledged += count
    shared.acknowledged += count
    if (shared.measuring) shared.measured += count
    if (!shared.stopping) this.#send(count)
    else if (this.#acknowledged === this.#ring.sent) this.#onIdle()
  }

  #send(count: number): void {
    if (count === 0) return
    const ring = this.#ring
    const now = systemClock.mono()
    const first = ring.sent % WINDOW
    for (let i = 0; i < count; i += 1) {
      this.#sentAt[ring.sent % WINDOW] = now
      ring.next()
    }
    const size = ring.packetBytes
    const untilEnd = Math.min(count, WINDOW - first)
    this.#socket.write(ring.bytes.subarray(first * size, (first + untilEnd) * size))
    if (count > untilEnd) this.#socket.write(ring.bytes.subarray(0, (count - untilEnd) * size))
  }
}

async function main(order: LoadOrder): Promise<LoadReport> {
  const shared: Shared = { measuring: false, stopping: false, measured: 0, acknowledged: 0, latency: new Histogram() }
  const now = systemClock.now()
  const sockets = await Promise.all(order.clients.map((client) => open(order.port, connectPacket(client))))
  const connections = sockets.map((socket, index) => {
    const topic = order.clients[index]?.topic ?? ''
    return new LoadConnection(socket, new PacketRing(topic, { firstSeq: order.firstSeq ?? FIRST_SEQ, now }), shared)
  })
  for (const connection of connections) connection.start()
  await pause(order.warmUpMs)
  shared.measuring = true
  const from = systemClock.mono()
  await pause(order.measureMs)
  shared.measuring = false
  const seconds = (systemClock.mono() - from) / 1_000
  shared.stopping = true
  await Promise.race([Promise.all(connections.map((connection) => connection.drained())), pause(10_000)])
  for (const socket of sockets) socket.destroy()
  return {
    messagesPerSecond: Math.round(shared.measured / seconds),
    p50Ms: shared.latency.quantile(0.5),
    p99Ms: shared.latency.quantile(0.99),
    slowestMs: shared.latency.quantile(1),
    acknowledged: shared.acknowledged,
  }
}

function open(port: number, hello: Buffer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the server closed a connection')))
    socket.write(hello)
    // CONNACK itself is left in the stream for the connection to count.
    socket.once('readable', () => resolve(socket))
  })
}

/** Sockets keep the process alive meanwhile. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(ms, resolve))
}

const report = await main(JSON.parse(process.argv[2] ?? '{}') as LoadOrder)
process.stdout.write(`${JSON.stringify(report)}\n`)
