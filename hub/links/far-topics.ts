import { isLevel } from '../../shared/topics.ts'
import { discoveryTopic, houseAnnounced } from '../engine/discovery-topic.ts'
import type { LinkBegins } from './links-thread-messages.ts'

/** What is to be published at the other broker. An empty one that is retained empties its topic. */
export interface FarMessage {
  topic: string
  device: string
  payload: string
  retain: boolean
}

export interface FarTopicsParts {
  /** First level of the hub's own topics. */
  base: string
  /** Where Home Assistant looks for announcements at the other broker. */
  prefix: string
  /** False: what stands there is taken back, and nothing is shown. */
  announce: boolean
}

/** What happens is told once and kept by nobody; more of it than this waits for a broker that is away in vain. */
const EVENTS_KEPT = 200

/**
 * What stands at a broker of somebody else, what is to stand there, and what of that is still to be said. It does nothing and knows no
 * connection: whoever holds it hands it what was heard at either side.
 */
export class FarTopics {
  #parts: FarTopicsParts
  /** What is to stand there, by topic. */
  #wanted = new Map<string, FarMessage>()
  /** What is to be said there, the newest of each topic. */
  #due = new Map<string, FarMessage>()
  #events: FarMessage[] = []
  #isHere = false
  #noted = new Set<string>()
  #twins = new Set<string>()
  /** Devices that are announced here. */
  #announced = new Map<string, { topic: string | null; config: string }>()
  /** What was said of devices, whether or not they are announced there: their announcement may come later. */
  #seen = new Map<string, Map<string, FarMessage>>()
  #houses: ReadonlySet<string> = new Set()
  /** Where this hub says that it is there; `null`: it has not begun, or shows nothing. */
  status: string | null = null

  constructor(parts: FarTopicsParts) {
    this.#parts = parts
  }

  /** What is read at the hub's own broker. */
  get nearFilters(): string[] {
    const { base } = this.#parts
    return ['homeassistant/device/+/+/config', `${base}/+/status`, `${base}/+/state/+`, `${base}/+/event`]
  }

  /** What is read at the other one: births, orders, and announcements that this hub forgot. */
  get farFilters(): string[] {
    const { base, prefix } = this.#parts
    return [
      `${prefix}/status`,
      `${base}/+/set/+`,
      ...[...this.#houses].map((house) => `${prefix}/device/lares_${house}/+/config`),
    ]
  }

  get hasMore(): boolean {
    return this.#due.size > 0 || this.#events.length > 0
  }

  begin({ hub, stays, takeBack, houses, twins }: LinkBegins): void {
    this.status = this.#parts.announce ? `${this.#parts.base}/hubs/${hub}/status` : null
    this.#noted = new Set([...stays, ...takeBack])
    this.#houses = new Set(houses)
    this.#twins = new Set(twins)
    for (const topic of takeBack) {
      // It may have gone, or its house be shown no more, while nobody listened.
      if (topic.endsWith('/config')) this.#announced.delete(topic.split('/').at(-2) ?? '')
      this.#empty(topic, '')
    }
    this.#isHere = true
    this.#sayStatus()
    // What was heard before is shown only now.
    for (const device of this.#announced.keys()) this.#announce(device)
  }

  haveTwins(devices: readonly string[]): void {
    this.#twins = new Set(devices)
    for (const { topic, device } of [...this.#wanted.values()]) if (this.#twins.has(device)) this.#drop(topic, device)
    for (const device of this.#announced.keys()) this.#announce(device)
  }

  /** The login that reads for this is taken no more: what it was told is not for there any longer. `begin` says what goes. */
  shutOut(): void {
    this.away()
    for (const book of [this.#announced, this.#seen, this.#wanted, this.#due]) book.clear()
    this.#events = []
  }

  isOrder(topic: string): boolean {
    const [base, , set, , more] = this.#levels(topic)
    return base && set === 'set' && more === undefined
  }

  isBirth(topic: string): boolean {
    return topic === `${this.#parts.prefix}/status`
  }

  isNoted(topic: string): boolean {
    return this.#noted.has(topic)
  }

  noted(topics: readonly string[]): void {
    for (const topic of topics) this.#noted.add(topic)
  }

  /** Nothing is heard of the house at present: what was said may not be so any more. */
  away(): void {
    this.#isHere = false
    this.#sayStatus()
  }

  /** Something was said at the hub's own broker. */
  near(topic: string, payload: Buffer): void {
    const text = payload.toString()
    const house = houseAnnounced(topic)
    if (house !== null) {
      const device = topic.split('/')[3] ?? ''
      if (text === '') this.#gone(topic, device)
      else {
        this.#announced.set(device, { topic: this.#farTopic(house, device), config: text })
        this.#announce(device)
      }
      return
    }
    const [isOurs, device = '', kind] = this.#levels(topic)
    // What other programs announce here is theirs: shown there, nothing would stand behind it.
    if (!isOurs) return
    if (kind === 'event') this.#event({ topic, device, payload: text, retain: false })
    else if (text === '') this.#drop(topic, device)
    else this.#want({ topic, device, payload: text, retain: true })
  }

  /** Something stands there on a topic of this hub's announcements. What is not known of it is taken back, with its states. */
  found(topic: string, payload: Buffer): void {
    if (payload.length === 0 || this.#wanted.has(topic) || this.#noted.has(topic)) return
    const [, house = '', device = ''] = /\/device\/lares_([^/]+)\/([^/]+)\/config$/.exec(topic) ?? []
    if (!this.#houses.has(house) || this.#announced.has(device)) return
    const { base } = this.#parts
    for (const text of [topic, `${base}/${device}/status`, ...statesIn(payload, `${base}/${device}/`)])
      this.#empty(text, device)
  }

  /** Everything is said again that is to stand there. */
  sayAgain(): void {
    for (const message of this.#wanted.values()) this.#due.set(message.topic, message)
    this.#sayStatus()
  }

  /** What to publish next, announcements behind that the hub is there and before their states. */
  next(most: number): FarMessage[] {
    const rank = ({ topic }: FarMessage) => (topic === this.status ? 0 : topic.endsWith('/config') ? 1 : 2)
    const all = [...this.#due.values()].sort((one, other) => rank(one) - rank(other))
    return [...all.filter((_, at) => at < most), ...this.#events.filter((_, at) => at < most)]
  }

  /** These were published. What came meanwhile on the same topic is still to be said. */
  sent(messages: readonly FarMessage[]): void {
    for (const message of messages) {
      if (this.#due.get(message.topic) === message) this.#due.delete(message.topic)
      if (message.payload === '' && message.retain && !this.#wanted.has(message.topic))
        this.#noted.delete(message.topic)
    }
    const said = new Set(messages)
    this.#events = this.#events.filter((event) => !said.has(event))
  }

  #sayStatus(): void {
    if (this.status === null) return
    this.#due.set(this.status, {
      topic: this.status,
      device: '',
      payload: this.#isHere ? 'online' : 'offline',
      retain: true,
    })
  }

  #announce(device: string): void {
    const { topic = null, config = '' } = this.#announced.get(device) ?? {}
    if (topic === null || this.status === null || this.#twins.has(device)) return
    this.#want({ topic, device, payload: this.#withLink(config), retain: true })
    for (const message of this.#seen.get(device)?.values() ?? []) this.#want(message)
  }

  /** The hub's own connection there is what the device is reached by. */
  #withLink(config: string): string {
    const { availability = [], ...rest } = JSON.parse(config) as { availability?: object[] }
    return JSON.stringify({ ...rest, availability: [{ topic: this.status }, ...availability] })
  }

  #want(message: FarMessage): void {
    const { topic, device } = message
    if (!topic.endsWith('/config')) {
      const ofDevice = this.#seen.get(device) ?? new Map<string, FarMessage>()
      this.#seen.set(device, ofDevice.set(topic, message))
      if (this.#twins.has(device) || !this.#announced.has(device)) return
    }
    if (this.#wanted.get(topic)?.payload === message.payload) return
    this.#wanted.set(topic, message)
    this.#due.set(topic, message)
  }

  #gone(topic: string, device: string): void {
    const house = houseAnnounced(topic) ?? ''
    this.#announced.delete(device)
    const far = this.#farTopic(house, device)
    if (far !== null) this.#drop(far, device)
    for (const one of [...(this.#seen.get(device)?.keys() ?? [])]) if (this.#wanted.has(one)) this.#empty(one, device)
  }

  #drop(topic: string, device: string): void {
    if (!topic.endsWith('/config') && !this.#twins.has(device)) this.#seen.get(device)?.delete(topic)
    if (this.#wanted.has(topic) || this.#noted.has(topic)) this.#empty(topic, device)
  }

  #empty(topic: string, device: string): void {
    this.#wanted.delete(topic)
    this.#due.set(topic, { topic, device, payload: '', retain: true })
  }

  #event(event: FarMessage): void {
    if (!this.#announced.has(event.device) || this.#twins.has(event.device)) return
    this.#events.push(event)
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
  }

  #farTopic(house: string, device: string): string | null {
    return discoveryTopic({ house, device }, this.#parts.prefix)
  }

  /** Whether it is below our base, and its levels below that. */
  #levels(topic: string): [boolean, ...(string | undefined)[]] {
    const { base } = this.#parts
    if (!topic.startsWith(`${base}/`)) return [false]
    return [true, ...topic.substring(base.length + 1).split('/')]
  }
}

/** Topics of states that an announcement names, below those of its device. */
function statesIn(payload: Buffer, below: string): string[] {
  try {
    const { components = {} } = JSON.parse(payload.toString()) as {
      components?: Record<string, { state_topic?: unknown }>
    }
    const topics = Object.values(components).map(({ state_topic }) => state_topic)
    const states = `${below}state/`
    // Whoever wrote it may have written anything: a wildcard in a topic would end the connection at each try.
    return [...new Set(topics)].filter(
      (one): one is string =>
        typeof one === 'string' && one.startsWith(states) && isLevel(one.substring(states.length)),
    )
  } catch {
    return []
  }
}
