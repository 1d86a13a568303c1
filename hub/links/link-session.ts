import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import { type BrokerAddress, type BrokerState, ExistingBroker } from '../makers/existing-broker.ts'
import type { PublishedMessage } from '../makers/roster.ts'
import { StatePace } from '../makers/state-pace.ts'
import { FarTopics } from './far-topics.ts'
import type { LedgerStep, LinkBegins, NamedLink } from './links-thread-messages.ts'

export interface LinkSessionParts {
  link: NamedLink
  base: string
  near(): Promise<BrokerAddress>
  far(): Promise<BrokerAddress>
  ledger(step: LedgerStep): Promise<unknown>
  changed(side: 'near' | 'far', state: BrokerState): void
  log: { warn(fields: object, message: string): void }
  clock: Clock
}

/** Home Assistant reads as fast as it can, and others want to use that broker, too. */
const AT_ONCE = 50
const BETWEEN_MS = 100
const AGAIN_MS = 5_000
/** An announcement of a device; anything else has less. */
const NEAR_BYTES = 2 * 1_048_576
const FOUND_BYTES = 2 * 1_048_576
const ORDER_BYTES = 1_024
/** So many orders at once, and in each second: more than people and automations give. */
const ORDERS = { atOnce: 100, perSecond: 20 }
/** Whoever publishes there says nothing here more often than this. */
const LOG_SPAN_MS = 60_000

/**
 * Shows what a login at the hub's own broker may see at a broker of somebody else, and hands in what entities are told there, with the rights of that
 * login. What is to stand there is on the ledger before it is published, and leaves it when it was emptied.
 */
export class LinkSession {
  #parts: LinkSessionParts
  #near: ExistingBroker
  #far: ExistingBroker | null = null
  #topics: FarTopics
  #pace = new StatePace()
  #isFarOnline = false
  #isSending = false
  #isStopped = false
  #isShutOut = false
  #lines: RateLimitedLog
  #cancelWait: Cancel = () => {}
  #wake: () => void = () => {}

  constructor(parts: LinkSessionParts) {
    this.#parts = parts
    const { link, base, clock } = parts
    this.#lines = new RateLimitedLog(clock, LOG_SPAN_MS)
    this.#topics = new FarTopics({ base, prefix: link.prefix, announce: link.announce })
    this.#near = new ExistingBroker({
      ...{ address: parts.near, clock, most: () => NEAR_BYTES, passedOver() {} },
      filters: () => new Set(this.#topics.nearFilters),
      hear: (message) => this.#heardNear(message),
      changed: (state) => {
        parts.changed('near', state)
        if (state.online) {
          this.#isShutOut = false
          void this.#begin()
        } else if (state.refuses) this.#shutOut()
        else this.#topics.away()
        void this.#send()
      },
    })
  }

  start(): void {
    // What is only taken back is not heard of.
    if (this.#parts.link.announce) this.#near.start()
    else void this.#begin()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelWait()
    this.#wake()
    const { status } = this.#topics
    // Who goes says so; the will is for who is torn away.
    if (this.#isFarOnline && status !== null)
      await this.#far?.publish({ topic: status, payload: 'offline', qos: 1, retain: true }).catch(() => {})
    await Promise.all([this.#near.stop(), this.#far?.stop()])
  }

  /** Somebody else announces these there by now. */
  haveTwins(devices: readonly string[]): void {
    this.#topics.haveTwins(devices)
    void this.#send()
  }

  /** Its token was revoked, or has none: what it showed is taken back, as far as the ledger says that it may not. */
  #shutOut(): void {
    this.#isShutOut = true
    this.#topics.shutOut()
    void this.#begin()
  }

  async #begin(): Promise<void> {
    const { link, ledger, clock } = this.#parts
    try {
      const begins = (await ledger({
        ask: 'begins',
        url: link.url,
        prefix: link.prefix,
        login: link.login,
      })) as LinkBegins
      if (this.#isStopped) return
      this.#topics.begin(begins)
      if (this.#isShutOut) this.#topics.away()
      this.#far ??= this.#open()
      void this.#send()
    } catch (error) {
      this.#warn('what stands at a broker is not known yet', error)
      this.#cancelWait = clock.after(AGAIN_MS, () => void this.#begin())
    }
  }

  #open(): ExistingBroker {
    const { far, clock, changed } = this.#parts
    const topics = this.#topics
    const { status } = topics
    const broker = new ExistingBroker({
      ...{ address: far, clock, passedOver() {} },
      most: (topic) => (topics.isOrder(topic) || topics.isBirth(topic) ? ORDER_BYTES : FOUND_BYTES),
      filters: () => new Set(topics.farFilters),
      ...(status === null ? {} : { will: { topic: status, payload: 'offline' } }),
      hear: (message) => this.#heardFar(message),
      changed: (state) => {
        this.#isFarOnline = state.online
        changed('far', state)
        if (!state.online) return
        topics.sayAgain()
        void this.#send()
      },
    })
    broker.start()
    return broker
  }

  #heardNear({ topic, payload }: PublishedMessage): void {
    this.#topics.near(topic, Buffer.from(payload))
    void this.#send()
  }

  #heardFar({ topic, payload, retained }: PublishedMessage): void {
    const { clock, link } = this.#parts
    if (this.#topics.isOrder(topic)) {
      // One that was kept is not told again each time that somebody comes.
      if (retained || !link.announce || !this.#pace.take(clock.mono(), ORDERS)) return
      const order = { topic, payload: Buffer.from(payload).toString(), qos: 1 as const, retain: false }
      this.#near.publish(order).catch((error: unknown) => this.#warn('an order from a broker was not told', error))
      return
    }
    if (this.#topics.isBirth(topic)) {
      if (!retained && Buffer.from(payload).toString() === 'online') this.#topics.sayAgain()
    } else this.#topics.found(topic, Buffer.from(payload))
    void this.#send()
  }

  /** One part after the other, each on the ledger first. */
  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    while (!this.#isStopped && this.#isFarOnline && this.#topics.hasMore) {
      try {
        await this.#part(this.#far)
        await this.#rest(BETWEEN_MS)
      } catch (error) {
        this.#warn('not shown yet', error)
        await this.#rest(AGAIN_MS)
      }
    }
    this.#isSending = false
  }

  async #part(far: ExistingBroker | null): Promise<void> {
    const { link, ledger } = this.#parts
    const topics = this.#topics
    const some = topics.next(AT_ONCE)
    const fresh = some.filter(({ topic, payload }) => payload !== '' && !topics.isNoted(topic))
    if (fresh.length > 0) {
      await ledger({ ask: 'note', url: link.url, topics: fresh.map(({ topic, device }) => ({ topic, device })) })
      topics.noted(fresh.map(({ topic }) => topic))
    }
    for (const { topic, payload, retain } of some) await far?.publish({ topic, payload, qos: 1, retain })
    topics.sent(some)
    const emptied = some.filter(({ payload, retain }) => payload === '' && retain).map(({ topic }) => topic)
    if (emptied.length === 0) return
    await ledger({ ask: 'emptied', url: link.url, topics: emptied })
  }

  #warn(what: string, error: unknown): void {
    const passed = this.#lines.allow(what)
    const { link, log } = this.#parts
    if (passed) log.warn({ broker: link.key, error: asError(error).message, held: passed.held }, what)
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#cancelWait = this.#parts.clock.after(ms, resolve)
    })
  }
}
