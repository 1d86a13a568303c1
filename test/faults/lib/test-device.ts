import { connect, type Socket } from 'node:net'
import {
  CONNACK,
  connectPacket,
  type Packet,
  PacketReader,
  PUBACK,
  PUBLISH,
  pubackPacket,
  publishPacket,
  SUBACK,
  subscribePacket,
} from '../../../scripts/lib/bench/packets.ts'

export const LANES = ['live', 'backlog'] as const
export type Lane = (typeof LANES)[number]

/** Sequence numbers of one lane. A reading's value is its seq, so that a row says which message it came from. */
export interface LaneHistory {
  /** Written to a socket at least once. */
  sent: number
  /** Highest one that the hub acknowledged with its own `ack`. */
  acked: number
  /** Acknowledged by PUBACK. */
  pubacked: Set<number>
}

export interface DeviceIdentity {
  device: string
  secret: string
}

/**
 * A device with an outbox in memory: it keeps a window of messages in flight on two lanes, remembers what was
 * acknowledged in which way, and after a lost connection sends everything again that no `ack` has covered.
 */
export class TestDevice {
  readonly identity: DeviceIdentity
  readonly lanes: Record<Lane, LaneHistory> = {
    live: { sent: 0, acked: 0, pubacked: new Set() },
    backlog: { sent: 0, acked: 0, pubacked: new Set() },
  }
  /** Return code of the last CONNACK; `null` before one. */
  connack: number | null = null
  /** Acks above anything that was sent, or rejected rows: a fault of the hub. */
  complaints: string[] = []
  #epoch: string
  #window: number
  #random: () => number
  #socket: Socket | null = null
  #cursor: Record<Lane, number> = { live: 0, backlog: 0 }
  #inFlight = new Map<number, { lane: Lane; seq: number }>()
  #packetId = 0
  #goal = Number.POSITIVE_INFINITY
  #ready = false
  #isDeaf = false
  #change: () => void = () => {}

  constructor(identity: DeviceIdentity, options: { epoch?: string; window?: number; random: () => number }) {
    this.identity = identity
    this.#epoch = options.epoch ?? 'e1'
    this.#window = options.window ?? 20
    this.#random = options.random
  }

  get topic(): string {
    return `lares/${this.identity.device}`
  }

  /** Messages acknowledged in whatever way. */
  get acknowledged(): number {
    return LANES.reduce((sum, lane) => sum + Math.max(this.lanes[lane].pubacked.size, this.lanes[lane].acked), 0)
  }

  /** Starts to send as soon as the hub lets it in. Resolves when the connection is closed, whoever closes it. */
  run(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    this.#ready = false
    this.#isDeaf = false
    this.#inFlight.clear()
    for (const lane of LANES) this.#cursor[lane] = this.lanes[lane].acked
    const reader = new PacketReader((packet) => this.#take(socket, packet))
    socket.on('data', (chunk: Buffer) => {
      reader.take(chunk)
      this.#fill(socket)
      this.#change()
    })
    const { device, secret } = this.identity
    socket.write(connectPacket({ id: device, user: device, password: secret }))
    return new Promise((resolve) => {
      // A hub that dies resets its connections; the close that follows is what counts.
      socket.on('error', () => {})
      socket.once('close', () => {
        this.#change()
        resolve()
      })
    })
  }

  /** Sends nothing new any more and resolves when everything sent is acked, or the connection is gone. */
  async settle(): Promise<void> {
    this.#goal = 0
    await this.until(() => this.isSettled || this.isClosed)
  }

  get isClosed(): boolean {
    return this.#socket?.closed !== false
  }

  get isSettled(): boolean {
    return LANES.every((lane) => this.lanes[lane].acked === this.lanes[lane].sent)
  }

  /** Resolves when the condition holds; it is looked at whenever something came in. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#change = () => {
        if (!condition()) return
        this.#change = () => {}
        resolve()
      }
      this.#change()
    })
  }

  /** Sends new messages again after `settle`. */
  resume(): void {
    this.#goal = Number.POSITIVE_INFINITY
    if (this.#socket && this.#ready) this.#fill(this.#socket)
  }

  close(): void {
    this.#socket?.destroy()
  }

  /** Hears nothing more of this connection: what it is told from now on nobody keeps. */
  deafen(): void {
    this.#isDeaf = true
  }

  #take(socket: Socket, packet: Packet): void {
    if (this.#isDeaf) return
    if (packet.type === CONNACK) {
      this.connack = packet.number
      if (packet.number === 0) socket.write(subscribePacket(65_535, `${this.topic}/ack`))
    } else if (packet.type === SUBACK) this.#ready = true
    else if (packet.type === PUBACK) {
      const message = this.#inFlight.get(packet.number)
      this.#inFlight.delete(packet.number)
      if (message) this.lanes[message.lane].pubacked.add(message.seq)
    } else if (packet.type === PUBLISH) {
      if (packet.number > 0) socket.write(pubackPacket(packet.number))
      this.#acked(packet)
    }
  }

  #acked(packet: Packet): void {
    const ack = JSON.parse(packet.payload.toString()) as {
      epoch: string
      upto: Partial<Record<Lane, number>>
      rejected: unknown[]
    }
    if (ack.epoch !== this.#epoch) return
    if (ack.rejected.length > 0) this.complaints.push(`rejected: ${JSON.stringify(ack.rejected)}`)
    for (const lane of LANES) {
      const upto = ack.upto[lane] ?? 0
      if (upto > this.lanes[lane].sent) this.complaints.push(`ack of ${lane} ${upto}, sent ${this.lanes[lane].sent}`)
      this.lanes[lane].acked = Math.max(this.lanes[lane].acked, upto)
    }
  }

  #fill(socket: Socket): void {
    if (!this.#ready || socket.destroyed) return
    const packets: Buffer[] = []
    while (this.#inFlight.size < this.#window) {
      const next = this.#next()
      if (!next) break
      this.#packetId = (this.#packetId % 60_000) + 1
      this.#inFlight.set(this.#packetId, next)
      packets.push(publishPacket(`${this.topic}/readings`, this.#payload(next), this.#packetId))
    }
    if (packets.length > 0) socket.write(Buffer.concat(packets))
  }

  /** What was sent before and is not covered comes first within its lane; the lane is a matter of chance. */
  #next(): { lane: Lane; seq: number } | null {
    const order = this.#random() < 0.5 ? LANES : LANES.toReversed()
    for (const lane of order) {
      const history = this.lanes[lane]
      if (this.#cursor[lane] >= history.sent && this.#goal === 0) continue
      const seq = this.#cursor[lane] + 1
      this.#cursor[lane] = seq
      history.sent = Math.max(history.sent, seq)
      return { lane, seq }
    }
    return null
  }

  #payload({ lane, seq }: { lane: Lane; seq: number }): string {
    return JSON.stringify({
      epoch: this.#epoch,
      lane,
      seq,
      items: [{ sensor: lane, value: seq, kind: 'count', unit: '' }],
    })
  }
}
