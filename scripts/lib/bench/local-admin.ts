import { connect, type Socket } from 'node:net'
import {
  CONNACK,
  connectPacket,
  PacketReader,
  PUBLISH,
  pubackPacket,
  publishPacket,
  SUBACK,
  subscribePacket,
} from './packets.ts'

export interface AdminAnswer {
  id: string
  status: 'ok' | 'error' | 'pending'
  data?: unknown
  error?: { code: string; message: string; hint: string }
}

/** A client of the admin topics on the hub's local socket. */
export class LocalAdmin {
  #socket: Socket
  #client: string
  #waiting = new Map<string, (answer: AdminAnswer) => void>()
  #fail: (error: Error) => void = () => {}
  #requests = 0
  /** The id of every request, as if it came again; `null`: each has a new one. */
  requestId: string | null = null

  private constructor(socket: Socket, client: string) {
    this.#socket = socket
    this.#client = client
  }

  static async open(path: string): Promise<LocalAdmin> {
    const client = `local.bench${process.pid}${Math.random().toString(36).slice(2, 8)}`
    const socket = connect(path)
    const admin = new LocalAdmin(socket, client)
    await new Promise<void>((resolve, reject) => {
      admin.#fail = reject
      socket.on('error', (error) => admin.#fail(error))
      socket.on('close', () => admin.#fail(new Error('the hub closed the local socket')))
      const reader = new PacketReader((packet) => {
        if (packet.type === CONNACK && packet.number !== 0) reject(new Error(`CONNACK ${packet.number}`))
        else if (packet.type === CONNACK) socket.write(subscribePacket(1, `lares/admin/response/${client}/#`))
        else if (packet.type === SUBACK) resolve()
        else if (packet.type === PUBLISH) admin.#answered(packet)
      })
      socket.on('data', (chunk: Buffer) => reader.take(chunk))
      socket.write(connectPacket({ id: client }))
    })
    return admin
  }

  /** Confirms what is dangerous. Rejects with the hub's code and message when it refuses. */
  async call<T>(area: string, verb: string, params: Record<string, unknown> = {}): Promise<T> {
    this.#requests += 1
    const id = this.requestId ?? `${this.#client}-${this.#requests}`
    const answer = await new Promise<AdminAnswer>((resolve, reject) => {
      this.#fail = reject
      this.#waiting.set(id, resolve)
      const payload = JSON.stringify({ id, params, confirm: true })
      this.#socket.write(publishPacket(`lares/admin/request/${area}/${verb}`, payload, (this.#requests % 60_000) + 2))
    })
    if (answer.status === 'error') throw new Error(`${area} ${verb}: ${answer.error?.code} ${answer.error?.message}`)
    return answer.data as T
  }

  close(): void {
    this.#fail = () => {}
    this.#socket.destroy()
  }

  #answered(packet: { number: number; payload: Buffer }): void {
    if (packet.number > 0) this.#socket.write(pubackPacket(packet.number))
    const answer = JSON.parse(packet.payload.toString()) as AdminAnswer
    this.#waiting.get(answer.id)?.(answer)
    this.#waiting.delete(answer.id)
  }
}

export interface MadeDevice {
  device: string
  secret: string
}

/** Makes devices that run no agent. */
export async function createDevices(socket: string, count: number): Promise<MadeDevice[]> {
  const admin = await LocalAdmin.open(socket)
  try {
    const made: MadeDevice[] = []
    for (let n = 0; n < count; n += 1)
      made.push(await admin.call<MadeDevice>('devices', 'create', { name: `bench ${n}` }))
    return made
  } finally {
    admin.close()
  }
}
