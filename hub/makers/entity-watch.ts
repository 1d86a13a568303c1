import { isDeepStrictEqual } from 'node:util'
import { hear, isReachable, withSaid } from '../dialects/hear.ts'
import type { Payload } from '../dialects/payload.ts'
import type { KnownSoFar, SaidEntity, SaidState } from '../dialects/said.ts'
import { type PaceLimits, StatePace } from './state-pace.ts'

/** What is told of an entity whose state is news. */
export interface StateNews {
  uniqueId: string
  state?: SaidState
  attributes?: Record<string, unknown>
  isEvent?: true
  /** When, by the clock that never goes back. */
  heard: number
}

/** The same state again is told this often, so that a history shows that it was heard of. */
const AGAIN_MS = 600_000

/**
 * What one entity may say. A word and yes or no is an event in the house's memory, a number a row. What only flaps would fill both, and
 * commit for each.
 */
const NUMBERS: PaceLimits = { atOnce: 100, perSecond: 20 }
const WORDS: PaceLimits = { atOnce: 20, perSecond: 1 }
const HAPPENINGS: PaceLimits = { atOnce: 50, perSecond: 10 }

/** What is known of one entity by what was published of it. */
export class EntityWatch {
  readonly device: string
  entity: SaidEntity
  /** States that nobody was told of because others came too soon after them, since the last look. */
  dropped = 0
  #pace = new StatePace()
  #held: StateNews | null = null
  #known: KnownSoFar = { state: undefined, attributes: {} }
  #toldAt: number | null = null
  #reach = new Map<string, boolean>()
  /** Whether it has to be asked how it is: once, as long as nobody says it. */
  #isAsked = false

  constructor(device: string, entity: SaidEntity) {
    this.device = device
    this.entity = entity
  }

  /** Everything that is published of it. */
  get topics(): Set<string> {
    const { listens, availability } = this.entity
    return new Set([...listens, ...availability.topics].map(({ topic }) => topic))
  }

  /**
   * Hears a message on one of its topics. Returns what is news: another state, other attributes, something that happened, or the
   * same after ten minutes. What a broker kept happened before. One that says more than anybody wants to know is held to its newest
   * state, which `due` tells.
   */
  hear(message: { topic: string; payload: Payload; retained: boolean }, now: number): StateNews | null {
    const said = hear(this.entity, message, this.#known)
    const next = withSaid(this.#known, said)
    const isSame = next.state === this.#known.state && isDeepStrictEqual(next.attributes, this.#known.attributes)
    const isDue =
      said.state !== undefined && (this.#toldAt === null || now - this.#toldAt >= AGAIN_MS || now < this.#toldAt)
    this.#known = next
    if (isSame && !isDue && !said.isEvent) return null
    if (said.state === undefined && said.attributes === undefined) return null
    const hasAttributes = Object.keys(next.attributes).length > 0
    return this.#paced(now, {
      uniqueId: this.entity.uniqueId,
      ...(next.state === undefined ? {} : { state: next.state }),
      ...(hasAttributes ? { attributes: { ...next.attributes } } : {}),
      ...(said.isEvent ? { isEvent: true } : {}),
      heard: now,
    })
  }

  /** Whether its newest state is still to be told. */
  get isHolding(): boolean {
    return this.#held !== null
  }

  /** The newest state, when it was held back and may be told now. */
  due(now: number): StateNews | null {
    const held = this.#held
    this.#held = null
    return held && this.#paced(now, held)
  }

  #paced(now: number, news: StateNews): StateNews | null {
    if (this.#held !== null) this.dropped += 1
    this.#held = null
    const limits = news.isEvent ? HAPPENINGS : typeof news.state === 'number' ? NUMBERS : WORDS
    if (this.#pace.take(now, limits)) {
      this.#toldAt = now
      return news
    }
    // What happened is not what is so still.
    if (news.isEvent) this.dropped += 1
    else this.#held = news
    return null
  }

  /** Whether it is to be asked how it is. One that cannot be reached would not hear it. */
  get wantsAsking(): boolean {
    return this.entity.ask !== undefined && !this.#isAsked && this.#known.state === undefined && this.reach === true
  }

  asked(): void {
    this.#isAsked = true
  }

  /** The connection ended: whatever it was asked on it may be lost. */
  lost(): void {
    this.#isAsked = false
  }

  /** It may be otherwise by now: it had no power. */
  awoke(): void {
    this.#isAsked = false
    this.#known = { ...this.#known, state: undefined }
  }

  /** Hears whether it can be reached. */
  noteReach({ topic, payload }: { topic: string; payload: Payload }): void {
    for (const one of this.entity.availability.topics) {
      if (one.topic !== topic) continue
      const reach = one.read(payload)
      if (reach === null) continue
      // The latest of them stands last.
      this.#reach.delete(topic)
      this.#reach.set(topic, reach)
    }
  }

  /** Takes over what another has heard of topics that both have: a broker that said them once says them to nobody again. */
  learnReach(from: EntityWatch): void {
    for (const { topic } of this.entity.availability.topics) {
      const reach = from.#reach.get(topic)
      if (reach !== undefined) this.#reach.set(topic, reach)
    }
  }

  /** `null`: nobody has said it yet, and nothing was heard of it either. */
  get reach(): boolean | null {
    return isReachable(this.entity.availability, this.#reach) ?? this.#byWhatIsKnown()
  }

  /** Topics that never speak keep nobody away: many installations do not ask their devices whether they are there. */
  #byWhatIsKnown(): boolean | null {
    if ([...this.#reach.values()].includes(false)) return false
    return this.#reach.size > 0 || this.#known.state !== undefined ? true : null
  }
}
