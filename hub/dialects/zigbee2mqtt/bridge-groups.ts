import { asObject } from '../payload.ts'
import type { Announcement, SaidDevice } from '../said.ts'
import { readBridgeList } from './bridge-list.ts'
import type { Expose } from './expose.ts'
import { entityOf } from './exposed-entity.ts'
import { partsOf } from './parts.ts'
import {
  bridgeIdentity,
  ieeeOf,
  reasonAgainstName,
  unconnected,
  zigbeeAnnouncement,
  zigbeeAvailability,
  zigbeeWords,
} from './zigbee-device.ts'

const MOST_GROUPS = 1_000
const MOST_MEMBERS = 500
/** Zigbee2MQTT makes it for remotes, and nobody ever fills it: zigbee2mqtt.io, "Binding". */
const DEFAULT_BIND_GROUP = 901

/** What a group is told as a whole. */
const TOLD_TOGETHER: ReadonlySet<string> = new Set(['light', 'switch', 'cover', 'lock', 'fan'])

export interface BridgeGroups {
  announcements: readonly Announcement[]
  trouble: string | null
}

/** What is known of the devices that may be members. */
export interface Members {
  exposes: ReadonlyMap<string, readonly Expose[]>
  coordinator: string | null
}

/**
 * Reads `<prefix>/bridge/groups`: zigbee2mqtt.io, "MQTT Topics and Messages". A group is a device that can be told what its members can,
 * on topics that are called as it is. The list is whole each time. Throws nothing.
 */
export function readBridgeGroups(prefix: string, bytes: Uint8Array, members: Members): BridgeGroups {
  const list = readBridgeList(bytes, 'groups')
  if (typeof list === 'string') return { announcements: [], trouble: list }
  const announcements = list
    .filter((_, at) => at < MOST_GROUPS)
    .flatMap((one) => {
      const { id } = one
      return typeof id === 'number' && Number.isSafeInteger(id) ? (groupOf(prefix, id, one, members) ?? []) : []
    })
  const left = list.length - MOST_GROUPS
  return { announcements, trouble: left > 0 ? `${left} groups of ${list.length} are left out` : null }
}

function groupOf(
  prefix: string,
  id: number,
  given: Readonly<Record<string, unknown>>,
  { exposes, coordinator }: Members,
): Announcement | null {
  const called = given.friendly_name
  const friendly = typeof called === 'string' && called !== '' ? called : `group_${id}`
  const members = (Array.isArray(given.members) ? given.members : [])
    .filter((_, at) => at < MOST_MEMBERS)
    .flatMap((one: unknown) => ieeeOf(asObject(one)?.ieee_address) ?? [])
  if (members.length === 0 && id === DEFAULT_BIND_GROUP) return null
  const topic = `${prefix}/bridge/groups/${id}`
  const device = groupDevice({ prefix, id, friendly, coordinator })
  const together = joined(members.flatMap((ieee) => exposes.get(ieee) ?? []))
  const reason =
    reasonAgainstName(friendly) ??
    (members.length === 0 ? 'nothing is in this group' : together.length === 0 ? 'nothing in it can be told' : null)
  if (reason !== null) return unconnected(topic, device, reason)
  const availability = zigbeeAvailability(prefix, friendly)
  // A question to a group would be one to each of its members.
  const place = { prefix, ieee: `group_${id}`, friendly, sleeps: true, availability }
  // Each by itself: lamps and blinds that are one group have one word for how they are.
  const parts = together.flatMap((one) => partsOf([one]).parts)
  return zigbeeAnnouncement(
    topic,
    device,
    parts.filter(({ component }) => TOLD_TOGETHER.has(component)).map((part) => entityOf(part, place)),
  )
}

/** One of each kind, with everything that any member has. A group knows no endpoints. */
function joined(exposes: readonly Expose[]): Expose[] {
  const kinds = Map.groupBy(
    exposes.filter(({ type }) => TOLD_TOGETHER.has(type)),
    ({ type }) => type,
  )
  return [...kinds.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const features = new Map<string, Expose>()
    for (const feature of [first, ...others].flatMap((one) => one.features))
      if (!features.has(feature.name)) features.set(feature.name, withoutEndpoint(feature))
    return [{ ...first, label: '', features: [...features.values()] }]
  })
}

function withoutEndpoint(feature: Expose): Expose {
  const { property, endpoint } = feature
  const suffix = `_${endpoint}`
  return endpoint !== '' && property.endsWith(suffix)
    ? { ...feature, property: property.replace(suffix, ''), endpoint: '' }
    : feature
}

/** The first is what Zigbee2MQTT announces to Home Assistant, the second stays when its topics begin with another word. */
function groupDevice({
  prefix,
  id,
  friendly,
  coordinator,
}: {
  prefix: string
  id: number
  friendly: string
  coordinator: string | null
}): SaidDevice {
  const encoded = [...prefix].map((letter) => letter.charCodeAt(0)).join('')
  return {
    identities: [
      `zigbee2mqtt_${encoded}_${id}`,
      ...(coordinator === null ? [] : [`zigbee2mqtt_group_${coordinator}_${id}`]),
    ],
    name: zigbeeWords(friendly),
    brand: 'Zigbee2MQTT',
    model: 'Group',
    version: null,
    via: coordinator === null ? null : bridgeIdentity(coordinator),
    area: null,
  }
}
