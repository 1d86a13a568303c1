import { isUtf8 } from 'node:buffer'
import { type Announced, NOTHING_ANNOUNCED } from '../dialect.ts'
import { asObject, readJsonObject } from '../payload.ts'
import type { Announcement } from '../said.ts'
import { type BridgeDevices, INTERVIEW_FAILED, INTERVIEWED_NOW, readBridgeDevices } from './bridge-devices.ts'
import { readBridgeGroups } from './bridge-groups.ts'
import { bridgeIdentity, deviceTopic, identitiesOf, ieeeOf, unconnected, zigbeeWords } from './zigbee-device.ts'

/** An event of a bridge has some hundred bytes. */
const EVENT_BYTES = 65_536
/** Devices that were heard of by events alone, until the next list. */
const MOST_JOINING = 100

/** What one bridge has said of its devices and groups: a group is made of what its members can do. */
export class BridgeBook {
  #prefix: string
  #devices: BridgeDevices | null = null
  /** Devices that stand on no list yet. */
  #joining = new Set<string>()
  #groupBytes: Uint8Array | null = null
  #named = new Set<string>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** A list of nothing is that of a bridge that has just begun: the stick itself stands on every other. */
  devices(bytes: Uint8Array): Announced {
    const read = readBridgeDevices(this.#prefix, bytes)
    if (read.announcements.length === 0) return { ...NOTHING_ANNOUNCED, trouble: read.trouble }
    this.#devices = read
    this.#joining.clear()
    return this.#all(read.trouble)
  }

  groups(bytes: Uint8Array): Announced {
    const { trouble } = readBridgeGroups(this.#prefix, bytes, NOBODY)
    if (trouble !== null) return { ...NOTHING_ANNOUNCED, trouble }
    this.#groupBytes = bytes
    return this.#devices === null ? NOTHING_ANNOUNCED : this.#all(null)
  }

  /** `<prefix>/bridge/event`: what happens to a device before it stands on the next list, or is no more on it. */
  event(bytes: Uint8Array): Announced {
    const said = bytes.length <= EVENT_BYTES && isUtf8(bytes) ? readJsonObject(Buffer.from(bytes).toString()) : null
    if (said === null) return { ...NOTHING_ANNOUNCED, trouble: 'an event of the bridge is no JSON object' }
    const data = asObject(said.data)
    const ieee = ieeeOf(data?.ieee_address)
    if (data === null || ieee === null) return NOTHING_ANNOUNCED
    const topic = deviceTopic(this.#prefix, ieee)
    switch (said.type) {
      case 'device_leave':
        this.#named.delete(topic)
        this.#joining.delete(ieee)
        return { ...NOTHING_ANNOUNCED, removed: [topic] }
      case 'device_announce':
        return { ...NOTHING_ANNOUNCED, awake: [topic] }
      case 'device_joined':
        return this.#joins(ieee, data, INTERVIEWED_NOW)
      case 'device_interview':
        if (data.status === 'started') return this.#joins(ieee, data, INTERVIEWED_NOW)
        return data.status === 'failed' ? this.#joins(ieee, data, INTERVIEW_FAILED) : NOTHING_ANNOUNCED
      default:
        return NOTHING_ANNOUNCED
    }
  }

  /** One that has entities keeps them while it is interviewed again. */
  #joins(ieee: string, { friendly_name: called }: Readonly<Record<string, unknown>>, reason: string): Announced {
    const topic = deviceTopic(this.#prefix, ieee)
    const known = this.#devices?.announcements.find((one) => one.topic === topic)
    if (known && known.entities.length > 0) return NOTHING_ANNOUNCED
    if (!known && !this.#joining.has(ieee) && this.#joining.size >= MOST_JOINING) return NOTHING_ANNOUNCED
    if (!known) this.#joining.add(ieee)
    this.#named.add(topic)
    const coordinator = this.#devices?.coordinator ?? null
    const device = known?.device ?? {
      ...{ identities: identitiesOf(ieee), name: zigbeeWords(called) ?? ieee, brand: null, model: null, version: null },
      ...{ via: coordinator === null ? null : bridgeIdentity(coordinator), area: null },
    }
    return { ...NOTHING_ANNOUNCED, announcements: [unconnected(topic, device, reason)], replaces: true }
  }

  /** Everything that there is. It is whole when both lists were heard; who left one of them is named in any case. */
  #all(trouble: string | null): Announced {
    const groups = this.#groups()
    const announcements = [...(this.#devices?.announcements ?? []), ...groups]
    const named = new Set(announcements.map(({ topic }) => topic))
    const removed = [...this.#named].filter((topic) => !named.has(topic))
    this.#named = named
    const whole = trouble === null && this.#groupBytes !== null
    return { announcements, removed, whole, replaces: true, isList: true, trouble }
  }

  #groups(): readonly Announcement[] {
    if (this.#groupBytes === null || this.#devices === null) return []
    return readBridgeGroups(this.#prefix, this.#groupBytes, this.#devices).announcements
  }
}

const NOBODY = { exposes: new Map(), coordinator: null }
