import type { EntityOrder } from '../../shared/entity-order.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { type Payload, payloadOf } from '../dialects/payload.ts'
import type { Announcement, Publication } from '../dialects/said.ts'
import { AnnouncementRoom, withinRoom } from './announcement-room.ts'
import { EntityWatch, type StateNews } from './entity-watch.ts'
import { countJsonMembers } from './json-members.ts'
import { KnownDevices } from './known-devices.ts'
import { entitiesOf, type RosterDevice } from './maker-device.ts'
import { type OwnTopics, refuseStrangeTopics, withinTopics } from './own-topics.ts'

/** A message as it came. */
export interface PublishedMessage {
  topic: string
  payload: Uint8Array
  /** The broker kept it: it is no news. */
  retained: boolean
}

/** What a message comes to. */
export interface News {
  /** New or otherwise than before. They go on changing with what is announced. */
  devices: readonly RosterDevice[]
  /** Identities of those that left. */
  gone: readonly string[]
  /** These are all that there are. */
  whole: boolean
  states: readonly StateNews[]
  reach: readonly { identity: string; available: boolean }[]
  /** States that came too fast to be told. */
  dropped: number
  /** What is wrong with an announcing message; `null`: it was right; absent: it was none. */
  trouble?: string | null
}

/** Bytes of a message: on the topics on which devices are announced, where whole lists come, and on those of a device. */
const ANNOUNCING_BYTES = 32 * 1_048_576
const STATE_BYTES = 262_144
/** Members of a list of devices. Those of a thousand devices are some 150,000. */
const MOST_MEMBERS = 300_000

const NOTHING: News = { devices: [], gone: [], whole: false, states: [], reach: [], dropped: 0 }

/**
 * What one source has announced, and what is published of the devices that are wanted. It keeps that in memory and does
 * nothing: whoever holds it subscribes to its topics, hands it messages and passes its news on.
 */
export class Roster {
  #dialect: Dialect
  #prefix: string
  #own: OwnTopics
  #announcing: readonly RegExp[]
  #read: ReturnType<Dialect['reader']>
  #devices = new KnownDevices()
  #room = new AnnouncementRoom()
  #wanted = new Set<string>()
  #watches = new Map<string, EntityWatch>()
  #byTopic = new Map<string, EntityWatch[]>()
  #byDevice = new Map<string, EntityWatch[]>()
  #reach = new Map<string, boolean>()
  /** Those whose newest state is still to be told. */
  #holding = new Set<EntityWatch>()
  /** What is watched follows from what was announced and is wanted: once for many announcements. */
  #isStale = false
  /** Devices that are watched since somebody asked who joined. */
  #joined = new Set<string>()

  /** `own`: the topics that it may use. */
  constructor(dialect: Dialect, prefix: string, own: OwnTopics = null) {
    this.#dialect = dialect
    this.#prefix = prefix
    this.#own = own
    this.#announcing = dialect.announcing(prefix).map(matcherOf)
    this.#read = dialect.reader(prefix)
  }

  /** What has to be subscribed to now. */
  get filters(): Set<string> {
    this.#watchAll()
    return new Set([...this.#dialect.announcing(this.#prefix), ...this.#byTopic.keys()])
  }

  get size(): number {
    return this.#devices.size
  }

  /** Bytes that a message on a topic may have; 0: nobody wants it. */
  most(topic: string): number {
    if (this.#isAnnouncing(topic)) return ANNOUNCING_BYTES
    this.#watchAll()
    return this.#byTopic.has(topic) ? STATE_BYTES : 0
  }

  /** These are the devices, by any of their identities, whose states are wanted from now on. */
  want(identities: Iterable<string>): void {
    this.#wanted = new Set(identities)
    this.#isStale = true
  }

  hear(message: PublishedMessage, now: number): News {
    if (this.#isAnnouncing(message.topic)) return this.#announced(message)
    this.#watchAll()
    const watches = this.#byTopic.get(message.topic) ?? []
    const payload = watches.length === 0 ? null : readable(message.payload)
    if (payload === null) return NOTHING
    const states: StateNews[] = []
    let dropped = 0
    for (const watch of watches) {
      watch.noteReach({ ...message, payload })
      const news = watch.hear({ ...message, payload }, now)
      if (news) states.push(news)
      if (watch.isHolding) this.#holding.add(watch)
      else this.#holding.delete(watch)
      dropped += watch.dropped
      watch.dropped = 0
    }
    const reach = [...new Set(watches.map(({ device }) => device))].flatMap((device) => this.#reachNews(device))
    return { ...NOTHING, states, reach, dropped }
  }

  /** Whether those can be reached that are watched only now, as far as topics that they share with others said it before. */
  joined(): News {
    this.#watchAll()
    const devices = [...this.#joined]
    this.#joined.clear()
    return { ...NOTHING, reach: devices.flatMap((device) => this.#reachNews(device)) }
  }

  /** Whether states are held back that `due` will tell. */
  get isHolding(): boolean {
    return this.#holding.size > 0
  }

  /** The newest states of those that said more than is told, as far as they may be told now. */
  due(now: number): News {
    const states = [...this.#holding].flatMap((watch) => (this.#isWatched(watch) ? (watch.due(now) ?? []) : []))
    for (const watch of this.#holding) if (!watch.isHolding || !this.#isWatched(watch)) this.#holding.delete(watch)
    return { ...NOTHING, states }
  }

  #isWatched(watch: EntityWatch): boolean {
    return this.#watches.get(watch.entity.uniqueId) === watch
  }

  /** Nothing is known of who can be reached any more: the connection ended. */
  lost(): void {
    this.#reach.clear()
    for (const watch of this.#watches.values()) watch.lost()
  }

  /** What to publish so that an entity does something. Throws `LaresError` for an order that it does not take. */
  order(uniqueId: string, order: EntityOrder): readonly Publication[] | null {
    this.#watchAll()
    const publications = this.#watches.get(uniqueId)?.entity.write(order) ?? null
    if (publications !== null) refuseStrangeTopics(publications, this.#own)
    return publications
  }

  #isAnnouncing(topic: string): boolean {
    return this.#announcing.some((filter) => filter.test(topic))
  }

  /** What to publish next so that somebody says how it is; `null`: nothing. What it returns it does not return again. */
  nextAsk(): Publication | null {
    this.#watchAll()
    const first = [...this.#watches.values()].find((watch) => watch.wantsAsking)?.entity.ask
    if (first === undefined) return null
    // One message may ask for several entities.
    for (const watch of this.#watches.values()) {
      const { ask } = watch.entity
      if (ask?.topic === first.topic && ask.payload === first.payload) watch.asked()
    }
    return first
  }

  #announced(message: PublishedMessage): News {
    if (countJsonMembers(message.payload) > MOST_MEMBERS)
      return { ...NOTHING, trouble: `an announcement of more than ${MOST_MEMBERS} members on ${message.topic}` }
    const { announcements: all, removed, whole, replaces, trouble, isList = false, awake = [] } = this.#read(message)
    const announcements = (isList ? withinRoom(all) : all).map((one) => withinTopics(one, this.#own))
    const changed = new Map<string, RosterDevice>()
    const gone = new Set<string>()
    const note = (step: { changed: RosterDevice | null; gone: string[] }) => {
      if (step.changed) changed.set(step.changed.identity, step.changed)
      for (const identity of step.gone) gone.add(identity)
    }
    const named = new Set(announcements.map(({ topic }) => topic))
    const left = whole ? this.#devices.topics().filter((topic) => !named.has(topic)) : []
    for (const topic of [...removed, ...left]) note(this.#devices.remove(topic))
    for (const one of announcements) note(this.#devices.announce(one, { replaces }))
    for (const identity of gone) changed.delete(identity)
    this.#isStale = true
    for (const topic of awake)
      for (const watch of this.#byDevice.get(this.#devices.announcedOn(topic)?.identity ?? '') ?? []) watch.awoke()
    const forgotten = isList ? 0 : this.#makeRoom(announcements, { removed, bytes: message.payload.length })
    const news = { ...NOTHING, devices: [...changed.values()], gone: [...gone], whole }
    return { ...news, trouble: forgotten > 0 ? 'more devices are announced than there is room for' : trouble }
  }

  /** Forgets what was announced longest ago and is not wanted, where there is too much. Whoever it was of has not left. */
  #makeRoom(
    announcements: readonly Announcement[],
    { removed, bytes }: { removed: readonly string[]; bytes: number },
  ): number {
    for (const topic of removed) this.#room.give(topic)
    for (const one of announcements) this.#room.take(one, bytes)
    const cleared = this.#room.clear((topic) => this.#isWanted(this.#devices.announcedOn(topic)))
    for (const topic of cleared) this.#devices.remove(topic)
    return cleared.length
  }

  #isWanted(device: RosterDevice | undefined): boolean {
    return device !== undefined && [...device.identities].some((identity) => this.#wanted.has(identity))
  }

  /** Watches the entities of wanted devices; one that is announced again keeps what is known of it. */
  #watchAll(): void {
    if (!this.#isStale) return
    this.#isStale = false
    const watches = new Map<string, EntityWatch>()
    for (const device of this.#devices.all()) {
      if (!this.#isWanted(device)) continue
      for (const entity of entitiesOf(device)) {
        const before = this.#watches.get(entity.uniqueId)
        const watch = before?.device === device.identity ? before : new EntityWatch(device.identity, entity)
        watch.entity = entity
        if (watch !== before) this.#join(watch)
        watches.set(entity.uniqueId, watch)
      }
    }
    this.#watches = watches
    const all = [...watches.values()]
    this.#byDevice = Map.groupBy(all, ({ device }) => device)
    const topics = all.flatMap((watch) => [...watch.topics].map((topic) => ({ topic, watch })))
    this.#byTopic = new Map(
      [...Map.groupBy(topics, ({ topic }) => topic)].map(([topic, of]) => [topic, of.map(({ watch }) => watch)]),
    )
  }

  #join(watch: EntityWatch): void {
    this.#joined.add(watch.device)
    for (const topic of watch.topics)
      for (const other of this.#byTopic.get(topic)?.slice(0, 1) ?? []) watch.learnReach(other)
  }

  /** A device can be reached when anything of it can. */
  #reachNews(device: string): News['reach'] {
    const reach = (this.#byDevice.get(device) ?? []).map((watch) => watch.reach)
    if (!reach.includes(true) && !reach.includes(false)) return []
    const available = reach.includes(true)
    if (this.#reach.get(device) === available) return []
    this.#reach.set(device, available)
    return [{ identity: device, available }]
  }
}

/** `null`: it is no text, or more than a device has to say. */
function readable(bytes: Uint8Array): Payload | null {
  try {
    return payloadOf(bytes)
  } catch {
    return null
  }
}

/** A filter of MQTT as a regular expression. */
function matcherOf(filter: string): RegExp {
  const levels = filter.split('/').map((level) => {
    if (level === '+') return '[^/]*'
    return level === '#' ? '.*' : level.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${levels.join('/').replace(/\/\.\*$/, '(?:/.*)?')}$`, 's')
}
