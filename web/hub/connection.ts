import { signal } from '@preact/signals'
import type { MqttClient } from 'mqtt'
import { AwaitedAnswers, type Question } from './awaited-answers.ts'
import { hubNow } from './house-time.ts'
import { HubError } from './hub-error.ts'
import { randomText } from './random-text.ts'
import type { Session } from './session.ts'

/** `away` begins when the connection was lost, or could not be made. */
export type Reach =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'away'; since: number }
  | { state: 'signed-out' }

export type Heard = (topic: string, payload: Uint8Array) => void

/** Between two tries; the hub is on this network, and a page that is looked at wants it back at once. */
const RETRY_MS = 1_500
const ALIVE_S = 20
const PATIENCE_MS = 8_000
/**
 * What is heard is retained and superseded, or asked for again after a gap: an acknowledgement would repeat nothing that a lost
 * connection takes with it, and costs the hub one packet more for each that it sends.
 */
const HEARD = { qos: 0 } as const

interface ConnectionParts {
  url: string
  session: Session
  /** Asks the hub who is logged in; `null`: nobody any more. */
  readSession: () => Promise<Session | null>
}

/**
 * The hub's broker over a WebSocket, as the person who is logged in. It connects again by itself, and subscribes again to what is
 * heard; where the session has ended meanwhile it stops and is `signed-out`.
 */
export class HubConnection {
  readonly reach = signal<Reach>({ state: 'connecting' })
  /** How often it was connected: whoever asked for something asks again when it grows. */
  readonly times = signal(0)
  #parts: ConnectionParts
  #clientId: string
  #client: MqttClient | null = null
  #awaited = new AwaitedAnswers()
  #listeners = new Map<string, Set<Heard>>()
  #ended = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#clientId = `page.${randomText(10)}`
  }

  get base(): string {
    return this.#parts.session.base
  }

  /** Loads what speaks MQTT, and connects. */
  async start(): Promise<void> {
    const { default: mqtt } = await import('mqtt')
    if (this.#ended) return
    const client = mqtt.connect(this.#parts.url, {
      clientId: this.#clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: ALIVE_S,
      reconnectPeriod: RETRY_MS,
      connectTimeout: PATIENCE_MS,
      // Its worker would be a script that the page's policy refuses.
      timerVariant: 'native',
    })
    this.#client = client
    client.on('connect', () => this.#opened(client))
    client.on('close', () => void this.#lost())
    client.on('error', () => {})
    client.on('message', (topic, payload) => this.#take(topic, payload))
  }

  stop(): void {
    this.#ended = true
    this.#client?.end(true)
    this.#awaited.failAll(new HubError('unreachable', 'the page was left'))
  }

  /** Asks a command of the hub. Resolves with the answer's data; throws the hub's own error. */
  async ask<T>(command: string, params: object = {}, how: Question = {}): Promise<T> {
    const client = this.#client
    if (!client?.connected) throw new HubError('unreachable', 'the hub is away', 'The page connects again by itself.')
    const { request, answer } = this.#awaited.put<T>(command, params, how)
    // Once, or not at all: what waits for its acknowledgement would be sent again by the next connection, hours later too, and a
    // door unlocks that somebody was told is out of reach. The answer says that it came.
    client.publish(`${this.base}/admin/request/${command}`, JSON.stringify(request), { qos: 0 })
    return answer
  }

  /** Hears what comes on topics below the base that fit a filter, retained ones at once. Call the answer to hear no more. */
  hear(filter: string, heard: Heard): () => void {
    const listeners = this.#listeners.get(filter) ?? new Set()
    listeners.add(heard)
    this.#listeners.set(filter, listeners)
    if (listeners.size === 1 && this.#client?.connected) this.#client.subscribe(`${this.base}/${filter}`, HEARD)
    return () => {
      listeners.delete(heard)
      if (listeners.size > 0) return
      this.#listeners.delete(filter)
      if (this.#client?.connected) this.#client.unsubscribe(`${this.base}/${filter}`)
    }
  }

  #opened(client: MqttClient): void {
    const answers = `admin/response/${this.#clientId}/#`
    const filters = [answers, ...this.#listeners.keys()].map((filter) => `${this.base}/${filter}`)
    client.subscribe(filters, HEARD, () => {
      if (!client.connected) return
      this.reach.value = { state: 'open' }
      this.times.value += 1
    })
  }

  /** The connection is over, or was not made. A browser does not say why: the hub is asked whether anybody is logged in. */
  async #lost(): Promise<void> {
    if (this.#ended) return
    this.#awaited.failAll(new HubError('unreachable', 'the hub went away', 'The page connects again by itself.'))
    if (this.reach.value.state !== 'away') this.reach.value = { state: 'away', since: hubNow() }
    const session = await this.#parts.readSession().catch(() => this.#parts.session)
    if (session !== null || this.#ended) return
    this.stop()
    this.reach.value = { state: 'signed-out' }
  }

  #take(topic: string, payload: Uint8Array): void {
    const below = topic.slice(this.base.length + 1)
    if (below.startsWith('admin/response/')) {
      this.#awaited.take(payload)
      return
    }
    for (const [filter, listeners] of this.#listeners)
      if (fits(filter, below)) for (const heard of listeners) heard(below, payload)
  }
}

/** Whether a topic fits a filter, by MQTT's rules for `+` and `#`. */
export function fits(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false
  }
  return wanted.length === levels.length
}
