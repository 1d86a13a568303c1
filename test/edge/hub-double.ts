import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createServer } from 'node:tls'
import type { Client } from 'aedes'
import { Aedes } from 'aedes'
import type { Wire } from '../../shared/codec.ts'
import { decode, encode } from '../../shared/codec.ts'
import type { Ack } from '../../shared/messages/ack.ts'
import type { AudioFrame } from '../../shared/messages/audio-frame.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import type { MessageName } from '../../shared/messages/index.ts'
import { topicRow, topicsBelow } from '../../shared/topics.ts'
import type { TestCertificate } from './certificate.ts'

export interface Received {
  name: string
  topic: string
  client: string
  value: unknown
  lane: Lane | null
  seq: number | null
  duplicate: boolean
}

export interface HubDoubleOptions {
  certificate: TestCertificate
  device?: string
  secret?: string
  /** Answers a joiner; absent: nobody may join. */
  join?: (request: Wire<'join-request'>) => Wire<'join-response'> | null
  joinCode?: string
  port?: number
}

type Sequenced = { epoch?: string; lane?: Lane; seq?: number }

/**
 * As much of a hub as an agent can see: a real broker behind real TLS that stores, de-duplicates and acknowledges as
 * the protocol says, and misbehaves when told to.
 */
export class HubDouble {
  readonly topics = topicsBelow('lares')
  /** In order of arrival, duplicates included. */
  readonly received: Received[] = []
  /** What it stores survives `stop`, as a disk does. */
  readonly upto = new Map<string, number>()
  /** Do not acknowledge; everything is stored all the same. */
  holdAcks = false
  /** Close the connection instead of storing. */
  poison: ((message: Received) => boolean) | null = null
  reject: ((message: Received) => boolean) | null = null
  /** Why births are not taken: they are refused, and no ack follows. */
  refuseBirths: string | null = null
  /** Filters that are refused, as a hub of another version does. */
  readonly refusedFilters = new Set<string>()
  connackCode: 3 | 4 | null = null
  desired: Wire<'desired'> | null = null
  readonly wills: unknown[] = []
  #options: HubDoubleOptions
  #broker: Aedes | null = null
  #server: ReturnType<typeof createServer> | null = null
  #sockets = new Set<TLSSocket>()
  #waiting = new Set<() => void>()
  #port: number
  connections = 0

  constructor(options: HubDoubleOptions) {
    this.#options = options
    this.#port = options.port ?? 0
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const broker = await Aedes.createBroker({ queueLimit: 10_000 })
    this.#broker = broker
    broker.authenticate = (client, username, password, done) => {
      const { device, secret, joinCode } = this.#options
      const refuse = (returnCode: number) => done(Object.assign(new Error('refused'), { returnCode }), false)
      if (this.connackCode !== null) return refuse(this.connackCode)
      const text = password?.toString()
      if (username === 'join' && text === joinCode && client.id.startsWith('join.')) return done(null, true)
      if (username === device && text === secret && (client.id === device || client.id === `${device}.voice`))
        return done(null, true)
      return refuse(4)
    }
    broker.authorizePublish = (client, packet, done) => {
      const wanted = this.#take(client, packet.topic, Buffer.from(packet.payload))
      if (wanted) done(null)
      else client?.close()
    }
    broker.authorizeSubscribe = (_client, subscription, done) =>
      done(null, this.refusedFilters.has(subscription.topic) ? null : subscription)
    broker.on('client', () => {
      this.connections += 1
      this.#wake()
    })
    broker.on('clientDisconnect', () => this.#wake())
    this.#server = createServer(
      { key: this.#options.certificate.key, cert: this.#options.certificate.cert },
      (socket) => {
        socket.setNoDelay(true)
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
        socket.on('error', () => {})
        broker.handle(socket)
      },
    )
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** As a power cut: sockets vanish. Starting again keeps the port. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const server = this.#server
    const broker = this.#broker
    this.#server = null
    this.#broker = null
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
    if (broker) await new Promise<void>((resolve) => broker.close(() => resolve()))
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  get online(): number {
    return this.#broker?.connectedClients ?? 0
  }

  send<N extends 'command' | 'desired' | 'session' | 'ack' | 'rejected' | 'status'>(
    name: N,
    value: Wire<N>,
    retain = false,
  ): void {
    this.#publish(`lares/${this.#options.device}/${name}`, encode(name, value), retain)
  }

  speak(speech: string, frame: AudioFrame): void {
    const topic = this.topics.build('speech', { device: this.#options.device ?? '', speech })
    this.#publish(topic, encode('audio-frame', frame), false)
  }

  publishRaw(topic: string, payload: string): void {
    this.#publish(topic, Buffer.from(payload), false)
  }

  /** Values of the messages with this name, without duplicates. */
  values<N extends MessageName>(name: N): Wire<N>[] {
    return this.received.filter((message) => message.name === name && !message.duplicate).map((m) => m.value as Wire<N>)
  }

  /** Resolves when the condition holds; looked at whenever something arrives. */
  until(what: string, condition: () => boolean, timeoutMs = 8_000): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        clearTimeout(timer)
        clearInterval(poll)
        this.#waiting.delete(look)
        if (error) reject(error)
        else resolve()
      }
      const look = () => {
        if (condition()) finish()
      }
      const timer = setTimeout(() => finish(new Error(`it never happened: ${what}`)), timeoutMs)
      const poll = setInterval(look, 10)
      this.#waiting.add(look)
    })
  }

  acknowledge(epoch: string, rejected: Ack['rejected'] = []): void {
    const upto: Ack['upto'] = {}
    for (const lane of ['urgent', 'live', 'backlog'] as const) {
      const seq = this.upto.get(`${epoch} ${lane}`)
      if (seq !== undefined) upto[lane] = seq
    }
    this.send('ack', { epoch, upto, rejected })
  }

  #take(client: Client | null, topic: string, payload: Buffer): boolean {
    const parsed = this.topics.parse(topic)
    if (!parsed) throw new Error(`the agent published to ${topic}`)
    const name = topicRow(parsed.name).message
    const decoded = decode(name, payload)
    if (!decoded.ok) throw new Error(`the agent published a ${name} that ${decoded.reason}`)
    const value = decoded.value
    const message: Received = { name, topic, client: client?.id ?? '', value, lane: null, seq: null, duplicate: false }
    if (name === 'will') this.wills.push(value)
    if (name === 'readings' || name === 'event' || name === 'result') this.#sequence(message, value as Sequenced)
    if (this.poison?.(message)) return false
    this.received.push(message)
    if (name === 'birth') {
      if (this.desired) this.send('desired', this.desired)
      if (this.refuseBirths === null) this.acknowledge((value as Wire<'birth'>).epoch)
      else this.send('rejected', { topic, code: 'bad_message', reason: this.refuseBirths, hint: 'Mend it.', at: 0 })
    }
    if (name === 'join-request' && client) this.#answerJoin(client, value as Wire<'join-request'>)
    this.#wake()
    return true
  }

  #sequence(message: Received, { epoch, lane, seq }: Sequenced): void {
    if (epoch === undefined || lane === undefined || seq === undefined)
      throw new Error('the agent sent a message without its identity')
    message.lane = lane
    message.seq = seq
    if (this.poison?.(message)) return
    const key = `${epoch} ${lane}`
    message.duplicate = seq <= (this.upto.get(key) ?? 0)
    if (!message.duplicate) this.upto.set(key, seq)
    const rejected = this.reject?.(message)
      ? [{ lane, seq, code: 'bad_value', hint: 'A value is a finite number.' }]
      : []
    if (!this.holdAcks) setImmediate(() => this.acknowledge(epoch, rejected))
  }

  #answerJoin(client: Client, request: Wire<'join-request'>): void {
    const answer = this.#options.join?.(request)
    if (answer)
      this.#publish(this.topics.build('joinResponse', { client: client.id }), encode('join-response', answer), false)
  }

  #publish(topic: string, payload: Buffer, retain: boolean): void {
    this.#broker?.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, () => {})
  }

  #wake(): void {
    for (const look of this.#waiting) look()
  }
}
