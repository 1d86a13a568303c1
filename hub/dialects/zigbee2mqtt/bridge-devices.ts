import { asObject } from '../payload.ts'
import type { Announcement, SaidDevice } from '../said.ts'
import { readBridgeList } from './bridge-list.ts'
import { type Expose, readExposes } from './expose.ts'
import { entityOf } from './exposed-entity.ts'
import { partsOf } from './parts.ts'
import {
  bridgeIdentity,
  deviceTopic,
  identitiesOf,
  ieeeOf,
  reasonAgainstName,
  unconnected,
  zigbeeAnnouncement,
  zigbeeAvailability,
  zigbeeWords,
} from './zigbee-device.ts'

const MOST_DEVICES = 2_000

/** The devices of one Zigbee2MQTT, and what is wrong with the list as a whole. */
export interface BridgeDevices {
  /** Each under a topic of its own, although one message announced them: who is not among them has left. */
  announcements: readonly Announcement[]
  /** What each can do, by its address, for the groups that it is in. */
  exposes: ReadonlyMap<string, readonly Expose[]>
  /** The address of the stick; `null`: it is not named. */
  coordinator: string | null
  trouble: string | null
}

type Given = Readonly<Record<string, unknown>>

/**
 * Reads `<prefix>/bridge/devices`: zigbee2mqtt.io, "MQTT Topics and Messages". The list is whole each time. A device whose interview
 * is not over, that is not supported or that is switched off is announced with nothing but the reason. Throws nothing.
 */
export function readBridgeDevices(prefix: string, bytes: Uint8Array): BridgeDevices {
  const list = readBridgeList(bytes, 'devices')
  if (typeof list === 'string') return { announcements: [], exposes: new Map(), coordinator: null, trouble: list }
  const coordinator = ieeeOf(list.find((one) => one.type === 'Coordinator')?.ieee_address)
  const bridge = coordinator === null ? null : bridgeIdentity(coordinator)
  const exposes = new Map<string, readonly Expose[]>()
  const announcements = list
    .filter((_, at) => at < MOST_DEVICES)
    .flatMap((one) => {
      const ieee = ieeeOf(one.ieee_address)
      if (ieee === null) return []
      const all = readExposes(asObject(one.definition)?.exposes)
      exposes.set(ieee, all)
      return [announcementOf(one, { prefix, ieee, bridge, exposes: all })]
    })
  const left = list.length - MOST_DEVICES
  const trouble = left > 0 ? `${left} devices of ${list.length} are left out` : null
  return { announcements, exposes, coordinator, trouble }
}

function announcementOf(
  given: Given,
  { prefix, ieee, bridge, exposes }: { prefix: string; ieee: string; bridge: string | null; exposes: Expose[] },
): Announcement {
  const called = given.friendly_name
  const topic = deviceTopic(prefix, ieee)
  const friendly = typeof called === 'string' && called !== '' ? called : ieee
  if (given.type === 'Coordinator') return zigbeeAnnouncement(topic, coordinatorDevice(ieee, prefix))
  const device = deviceOf(given, { ieee, friendly, bridge })
  const reason = reasonAgainstName(friendly) ?? reasonAgainst(given)
  if (reason !== null) return unconnected(topic, device, reason)
  const { parts, left } = partsOf(exposes)
  const availability = zigbeeAvailability(prefix, friendly)
  const place = { prefix, ieee, friendly, sleeps: given.power_source === 'Battery', availability }
  return zigbeeAnnouncement(
    topic,
    device,
    parts.map((part) => entityOf(part, place)),
    left,
  )
}

/** Why nothing of it is connected; `null`: it is. */
function reasonAgainst({
  disabled,
  supported,
  interviewing,
  interview_completed: interviewed,
  interview_state: interview,
  definition,
}: Given): string | null {
  if (disabled === true) return 'it is switched off in Zigbee2MQTT'
  if (interviewed === false && (interviewing === true || interview === 'IN_PROGRESS')) return INTERVIEWED_NOW
  if (interview === 'FAILED') return INTERVIEW_FAILED
  if (interviewed === false) return 'its interview is not over: Zigbee2MQTT does not know yet what it can do'
  if (supported === false || asObject(definition) === null) return 'Zigbee2MQTT does not support it'
  return null
}

export const INTERVIEWED_NOW = 'Zigbee2MQTT interviews it at this moment, to learn what it can do'
export const INTERVIEW_FAILED = 'its interview failed: pair it again, nearer to the bridge, and wake it meanwhile'

function deviceOf(
  given: Given,
  { ieee, friendly, bridge }: { ieee: string; friendly: string; bridge: string | null },
): SaidDevice {
  const definition = asObject(given.definition)
  return {
    identities: identitiesOf(ieee),
    name: zigbeeWords(friendly),
    brand: zigbeeWords(definition?.vendor ?? given.manufacturer, 100),
    model: zigbeeWords(modelOf(definition) ?? given.model_id),
    version: zigbeeWords(given.software_build_id, 100),
    via: bridge,
    area: null,
  }
}

/** What people read on it, with what the maker calls it. */
function modelOf(definition: Given | null): string | undefined {
  const { description, model } = definition ?? {}
  const parts = [description, model].filter((one): one is string => typeof one === 'string' && one !== '')
  return parts.length === 2 ? `${parts[0]} (${parts[1]})` : parts[0]
}

function coordinatorDevice(ieee: string, prefix: string): SaidDevice {
  return {
    identities: [bridgeIdentity(ieee), `ieee:${ieee.slice(2)}`],
    name: `Zigbee2MQTT ${prefix}`,
    brand: 'Zigbee2MQTT',
    model: 'Bridge',
    version: null,
    via: null,
    area: null,
  }
}
