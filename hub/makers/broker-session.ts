import { cleanText } from '../../shared/clean-text.ts'
import { type Cancel, type Clock, wait } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import type { EntityOrder } from '../../shared/entity-order.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Publication } from '../dialects/said.ts'
import { Asking } from './asking.ts'
import { type BrokerAddress, type BrokerState, ExistingBroker } from './existing-broker.ts'
import { type OutboundLoad, OutboundNews } from './outbound-news.ts'
import type { OwnTopics } from './own-topics.ts'
import { Roster } from './roster.ts'
import { SourceTroubles } from './source-troubles.ts'

/** What is on its way to the engine of one source. */
export type Load = OutboundLoad

/** A dialect that is spoken at a broker, and the source that it is to the engine. */
export interface SpokenDialect {
  source: string
  dialect: Dialect
  prefix: string
  /** Absent: whatever the broker lets us use. */
  own?: OwnTopics
}

export interface BrokerSessionParts {
  address(): Promise<BrokerAddress>
  dialects: readonly SpokenDialect[]
  /** Hands it to the engine; resolves when it is on the disk. */
  send(source: string, load: Load): Promise<unknown>
  changed(source: string, state: BrokerState): void
  /** Something that was published cannot be understood; `null`: all can again. Not told when the connection ends, which ends it. */
  trouble(source: string, reason: string | null): void
  clock: Clock
}

interface Source extends SpokenDialect {
  roster: Roster
  troubles: SourceTroubles
  outbound: OutboundNews
  isSending: boolean
  /** Before then nothing is sent again, by the clock that never goes back. */
  restsUntil: number
  /** Messages that were too large, since the start. */
  passedOver: number
}

const REFRESH_MS = 50
/** From one load to the next: each is a commit. Announcements concern more, and hardly ever change. */
const BETWEEN_LOADS_MS = 100
const BETWEEN_ANNOUNCEMENTS_MS = 1_000
/** As often as states that were held back are looked at. */
const HELD_MS = 1_000
/** As often as the engine looks whether its disk takes something again. */
const AGAIN_MS = 5_000

/** What is wrong beside all topics: nobody can publish on these. */
const BROKER = '#broker'
const ENGINE = '#engine'

/** One broker with everything that is spoken there. */
export class BrokerSession {
  #parts: BrokerSessionParts
  #sources: Source[]
  #broker: ExistingBroker
  #asking: Asking
  #cancelRefresh: Cancel = () => {}
  #refreshIsDue = false
  #cancelHeld: Cancel = () => {}
  #heldIsDue = false
  #isStopped = false

  constructor(parts: BrokerSessionParts) {
    this.#parts = parts
    this.#sources = parts.dialects.map((spoken) => ({
      ...spoken,
      roster: new Roster(spoken.dialect, spoken.prefix, spoken.own),
      outbound: new OutboundNews(),
      troubles: new SourceTroubles({ tell: (reason) => parts.trouble(spoken.source, reason), clock: parts.clock }),
      isSending: false,
      restsUntil: Number.NEGATIVE_INFINITY,
      passedOver: 0,
    }))
    this.#broker = new ExistingBroker({
      address: parts.address,
      clock: parts.clock,
      filters: () => new Set(this.#sources.flatMap(({ roster }) => [...roster.filters])),
      most: (topic) => Math.max(...this.#sources.map(({ roster }) => roster.most(topic))),
      passedOver: (message) => this.#passedOver(message),
      hear: (message) => this.#hear(message),
      changed: (state) => this.#changed(state),
    })
    this.#asking = new Asking({
      next: () => this.#nextAsk(),
      publish: (publication) => this.#broker.publish(publication),
      clock: parts.clock,
    })
  }

  start(): void {
    this.#broker.start()
  }

  /** What was heard and not handed over yet is nobody's: the source may be another by then. */
  stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelRefresh()
    this.#cancelHeld()
    for (const { troubles } of this.#sources) troubles.forget()
    this.#asking.stop()
    return this.#broker.stop()
  }

  /** The devices of a source whose states are wanted. */
  want(source: string, identities: readonly string[]): void {
    this.#source(source)?.roster.want(identities)
    this.#refresh()
    this.#asking.soon()
  }

  /** Messages that were too large, since the start. */
  get passedOver(): { source: string; messages: number }[] {
    return this.#sources.map(({ source, passedOver }) => ({ source, messages: passedOver }))
  }

  /** Publishes an order. Rejects with a sentence when it could not be. */
  async order(source: string, uniqueId: string, order: EntityOrder): Promise<void> {
    const publications = this.#source(source)?.roster.order(uniqueId, order) ?? null
    if (publications === null)
      throw new LaresError('unreachable', 'nobody announces it at present', {
        hint: 'Look whether the program that speaks for it runs.',
      })
    for (const publication of publications) await this.#broker.publish(publication)
  }

  #source(key: string): Source | undefined {
    return this.#sources.find(({ source }) => source === key)
  }

  #hear(message: { topic: string; payload: Uint8Array; retained: boolean }): void {
    const now = this.#parts.clock.mono()
    for (const source of this.#sources) {
      const news = source.roster.hear(message, now)
      if (news.trouble !== undefined) source.troubles.note(message.topic, news.trouble)
      source.outbound.add(news)
      if (news.devices.length + news.gone.length > 0) this.#refreshSoon()
      if (source.roster.isHolding) this.#heldSoon()
      if (news.trouble !== undefined || news.reach.length > 0) this.#asking.soon()
      void this.#send(source)
    }
  }

  #heldSoon(): void {
    if (this.#heldIsDue) return
    this.#heldIsDue = true
    this.#cancelHeld = this.#parts.clock.after(HELD_MS, () => {
      this.#heldIsDue = false
      const now = this.#parts.clock.mono()
      for (const source of this.#sources) {
        source.outbound.add(source.roster.due(now))
        if (source.roster.isHolding) this.#heldSoon()
        void this.#send(source)
      }
    })
  }

  #passedOver({ topic, bytes }: { topic: string; bytes: number }): void {
    for (const source of this.#sources) {
      const most = source.roster.most(topic)
      if (most === 0) continue
      source.passedOver += 1
      source.troubles.note(topic, `a message of ${bytes} bytes on ${wordsOf(topic)}, at most ${most} are read`)
    }
  }

  #nextAsk(): Publication | null {
    for (const { roster } of this.#sources) {
      const ask = roster.nextAsk()
      if (ask !== null) return ask
    }
    return null
  }

  /** Once for all announcements that a broker sends together. */
  #refreshSoon(): void {
    if (this.#refreshIsDue) return
    this.#refreshIsDue = true
    this.#cancelRefresh = this.#parts.clock.after(REFRESH_MS, () => {
      this.#refreshIsDue = false
      this.#refresh()
    })
  }

  #refresh(): void {
    this.#broker.refresh()
    for (const source of this.#sources) {
      const news = source.roster.joined()
      if (news.reach.length === 0) continue
      source.outbound.add(news)
      this.#asking.soon()
      void this.#send(source)
    }
  }

  #changed(state: BrokerState): void {
    for (const { source, roster, troubles } of this.#sources) {
      if (!state.online) {
        roster.lost()
        troubles.forget()
      }
      if (state.online && state.reason !== null) troubles.note(BROKER, state.reason)
      else this.#parts.changed(source, state)
    }
  }

  /** One load after the other. What comes while one is under way, or it is too soon for another, goes together. */
  async #send(source: Source): Promise<void> {
    if (source.isSending) return
    source.isSending = true
    const { clock } = this.#parts
    for (;;) {
      const rest = source.restsUntil - clock.mono()
      if (rest > 0 && !source.outbound.isEmpty) await wait(clock, rest)
      const load = this.#isStopped ? null : source.outbound.take()
      if (load === null) break
      source.restsUntil = clock.mono() + (load.devices.length > 0 ? BETWEEN_ANNOUNCEMENTS_MS : BETWEEN_LOADS_MS)
      await this.#hand(source, load)
    }
    source.isSending = false
  }

  async #hand({ source, outbound, troubles }: Source, load: Load): Promise<void> {
    try {
      await this.#parts.send(source, load)
      troubles.note(ENGINE, null)
    } catch (error) {
      // Nobody says it again: it waits until the disk takes it.
      outbound.putBack(load)
      troubles.note(ENGINE, asError(error).message)
      await wait(this.#parts.clock, AGAIN_MS)
    }
  }
}

/** A topic as people read it. */
function wordsOf(topic: string): string {
  return cutText(cleanText(topic), 100)
}
