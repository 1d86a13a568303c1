import type { Dialect } from '../dialects/dialect.ts'
import { type Payload, payloadOf } from '../dialects/payload.ts'
import type { EntityOrder, Publication } from '../dialects/said.ts'
import { EntityWatch, type StateNews } from './entity-watch.ts'
import { KnownDevices } from './known-devices.ts'
import { type DeviceWords, deviceWords, entitiesOf, type RosterDevice } from './maker-device.ts'

/** A message as it came. */
export interface PublishedMessage {
  topic: string
  payload: Uint8Array
  /** The broker kept it: it is no news. */
  retained: boolean
}

/** What a message comes to. */
export interface News {
  /** New or otherwise than before. */
  devices: readonly DeviceWords[]
  /** Identities of those that left. */
  gone: readonly string[]
  /** These are all that there are. */
  whole: boolean
  states: readonly StateNews[]
  reach: readonly { identity: string; available: boolean }[]
  /** What is wrong with an announcing message; `null`: it was right; absent: it was none. */
  trouble?: string | null
}

/** Bytes of a message: on the topics on which devices are announced, where whole lists come, and on those of a device. */
const ANNOUNCING_BYTES = 32 * 1_048_576
const STATE_BYTES = 262_144

const NOTHING: News = { devices: [], gone: [], whole: false, states: [], reach: [] }

/**
 * What one source has announced, and what is published of the devices that are wanted. It keeps that in memory and does
 * nothing: whoever holds it subscribes to its topics, hands it messages and passes its news on.
 */
export class Roster {
  #dialect: Dialect
  #prefix: string
  #announcing: readonly RegExp[]
  #read: ReturnType<Dialect['reader']>
  #devices = new KnownDevices()
  #wanted = new Set<string>()
  #watches = new Map<string, EntityWatch>()
  #byTopic = new Map<string, EntityWatch[]>()
  #byDevice = new Map<string, EntityWatch[]>()
  #reach = new Map<string, boolean>()
  /** What is watched follows from what was announced and is wanted: once for many announcements. */
  #isStale = false

  constructor(dialect: Dialect, prefix: string) {
    this.#dialect = dialect
    this.#prefix = prefix
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
    for (const watch of watches) {
      watch.noteReach({ ...message, payload })
      const news = watch.hear({ ...message, payload }, now)
      if (news) states.push(news)
    }
    const reach = [...new Set(watches.map(({ device }) => device))].flatMap((device) => this.#reachNews(device))
    return { ...NOTHING, states, reach }
  }

  /** Nothing is known of who can be reached any more: the connection ended. */
  lost(): void {
    this.#reach.clear()
  }

  /** What to publish so that an entity does something. Throws `LaresError` for an order that it does not take. */
  order(uniqueId: string, order: EntityOrder): readonly Publication[] | null {
    this.#watchAll()
    return this.#watches.get(uniqueId)?.entity.write(order) ?? null
  }

  #isAnnouncing(topic: string): boolean {
    return this.#announcing.some((filter) => filter.test(topic))
  }

  #announced(message: PublishedMessage): News {
    const { announcements, removed, whole, replaces, trouble } = this.#read(message)
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
    return { ...NOTHING, devices: [...changed.values()].map(deviceWords), gone: [...gone], whole, trouble }
  }

  /** Watches the entities of wanted devices; one that is announced again keeps what is known of it. */
  #watchAll(): void {
    if (!this.#isStale) return
    this.#isStale = false
    const watches = new Map<string, EntityWatch>()
    for (const device of this.#devices.all()) {
      if (![...device.identities].some((identity) => this.#wanted.has(identity))) continue
      for (const entity of entitiesOf(device)) {
        const before = this.#watches.get(entity.uniqueId)
        const watch = before?.device === device.identity ? before : new EntityWatch(device.identity, entity)
        watch.entity = entity
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
