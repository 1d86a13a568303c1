import type { Announcement } from '../dialects/said.ts'
import type { RosterDevice } from './maker-device.ts'

interface Device extends RosterDevice {
  /** The how-manieth it was heard of. */
  number: number
  identities: Set<string>
  announcements: Map<string, Announcement>
}

/**
 * Which devices a source has announced. What was announced by several messages belongs to one device when they share an
 * identity; two that turn out to be one become the older of them.
 */
export class KnownDevices {
  #devices = new Map<string, Device>()
  #byIdentity = new Map<string, Device>()
  #byTopic = new Map<string, Device>()
  #heardOf = 0

  all(): Iterable<RosterDevice> {
    return this.#devices.values()
  }

  get size(): number {
    return this.#devices.size
  }

  of(identity: string): RosterDevice | undefined {
    return this.#byIdentity.get(identity)
  }

  /** The device of the announcement on a topic. */
  announcedOn(topic: string): RosterDevice | undefined {
    return this.#byTopic.get(topic)
  }

  /** Topics of all announcements. */
  topics(): string[] {
    return [...this.#byTopic.keys()]
  }

  /**
   * Takes an announcement in the place of an earlier one on its topic. One that replaces nothing leaves what it does not name. Returns whom it
   * changed, and who is no more.
   */
  announce(
    announced: Announcement,
    { replaces }: { replaces: boolean },
  ): { changed: RosterDevice | null; gone: string[] } {
    const { topic, device: about } = announced
    const before = this.#byTopic.get(topic)
    if (about === null) return { changed: null, gone: this.remove(topic).gone }
    const [device = this.#add(about.identities), ...others] = this.#named(about.identities)
    const gone = before && before !== device && !others.includes(before) ? this.remove(topic).gone : []
    const earlier = device.announcements.get(topic)
    device.announcements.set(topic, replaces || !earlier ? announced : joined(earlier, announced))
    this.#byTopic.set(topic, device)
    for (const other of others) gone.push(...this.#join(device, other))
    for (const identity of about.identities) this.#identify(device, identity)
    return { changed: device, gone }
  }

  /** Takes back what was announced on a topic. */
  remove(topic: string): { changed: RosterDevice | null; gone: string[] } {
    const device = this.#byTopic.get(topic)
    if (!device) return { changed: null, gone: [] }
    this.#byTopic.delete(topic)
    device.announcements.delete(topic)
    if (device.announcements.size > 0) return { changed: device, gone: [] }
    this.#forget(device)
    return { changed: null, gone: [device.identity] }
  }

  /** In the order in which they were heard of. */
  #named(identities: readonly string[]): Device[] {
    const named = new Set(identities.flatMap((identity) => this.#byIdentity.get(identity) ?? []))
    return [...named].sort((a, b) => a.number - b.number)
  }

  #add(identities: readonly string[]): Device {
    const identity = identities[0] ?? ''
    this.#heardOf += 1
    const announcements = new Map<string, Announcement>()
    const device = { identity, identities: new Set<string>(), announcements, number: this.#heardOf }
    this.#devices.set(identity, device)
    return device
  }

  #identify(device: Device, identity: string): void {
    device.identities.add(identity)
    this.#byIdentity.set(identity, device)
  }

  #join(device: Device, other: Device): string[] {
    for (const [topic, announcement] of other.announcements) {
      device.announcements.set(topic, announcement)
      this.#byTopic.set(topic, device)
    }
    const { identities } = other
    this.#forget(other)
    for (const identity of identities) this.#identify(device, identity)
    return [other.identity]
  }

  #forget(device: Device): void {
    this.#devices.delete(device.identity)
    for (const identity of device.identities) this.#byIdentity.delete(identity)
  }
}

function joined(earlier: Announcement, later: Announcement): Announcement {
  const named = new Set([...later.entities, ...later.notConnected].map(({ part }) => part).concat(later.removed))
  const stays = <T extends { part: string }>(parts: readonly T[]) => parts.filter(({ part }) => !named.has(part))
  return {
    ...later,
    entities: [...stays(earlier.entities), ...later.entities],
    notConnected: [...stays(earlier.notConnected), ...later.notConnected],
  }
}
