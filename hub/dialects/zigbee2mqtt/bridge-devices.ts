import { isUtf8 } from 'node:buffer'
import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { JSON_DEPTH } from '../../../shared/limits.ts'
import { asObject } from '../payload.ts'
import type { Announcement, Availability, NotConnected, SaidDevice, SaidEntity } from '../said.ts'
import { isNestedDeeper } from '../templates/value-json.ts'
import { readExposes } from './expose.ts'
import { entityOf } from './exposed-entity.ts'
import { partsOf } from './parts.ts'
import { isReach } from './reach.ts'

/** A list of a thousand devices has some ten megabytes. */
const LIST_BYTES = 32 * 1024 * 1024
const MOST_DEVICES = 2_000

/** The devices of one Zigbee2MQTT, and what is wrong with the list as a whole. */
export interface BridgeDevices {
  /** Each under a topic of its own, although one message announced them: who is not among them has left. */
  announcements: readonly Announcement[]
  trouble: string | null
}

/**
 * Reads `<prefix>/bridge/devices`: zigbee2mqtt.io, "MQTT Topics and Messages". The list is whole each time. A device whose interview
 * is not over, that is not supported or that is switched off is announced with nothing but the reason. Throws nothing.
 */
export function readBridgeDevices(prefix: string, bytes: Uint8Array): BridgeDevices {
  const list = readList(bytes)
  if (typeof list === 'string') return { announcements: [], trouble: list }
  const hub = list.find((one) => one.type === 'Coordinator')
  const bridge = typeof hub?.ieee_address === 'string' ? bridgeIdentity(hub.ieee_address) : null
  const announcements = list
    .filter((_, at) => at < MOST_DEVICES)
    .flatMap((one) => announcementOf(prefix, one, bridge) ?? [])
  const left = list.length - MOST_DEVICES
  return { announcements, trouble: left > 0 ? `${left} devices of ${list.length} are left out` : null }
}

function readList(bytes: Uint8Array): Readonly<Record<string, unknown>>[] | string {
  if (bytes.length > LIST_BYTES) return `the list of devices has ${bytes.length} bytes, at most ${LIST_BYTES} are read`
  if (!isUtf8(bytes)) return 'the list of devices is no UTF-8'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  if (isNestedDeeper(text, JSON_DEPTH)) return 'the list of devices is nested too deep'
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list.map(asObject).filter((one) => one !== null)
  } catch {
    // The same sentence.
  }
  return 'the list of devices is no JSON list'
}

function announcementOf(
  prefix: string,
  given: Readonly<Record<string, unknown>>,
  bridge: string | null,
): Announcement | null {
  const { ieee_address: address, friendly_name: called } = given
  if (typeof address !== 'string' || !/^0x[0-9a-f]{16}$/i.test(address)) return null
  const ieee = address.toLowerCase()
  const topic = `${prefix}/bridge/devices/${ieee}`
  const friendly = typeof called === 'string' && called !== '' ? called : ieee
  if (given.type === 'Coordinator') return announcement(topic, coordinator(ieee, prefix))
  const device = deviceOf(given, { ieee, friendly, bridge })
  const reason = reasonAgainst(given, friendly)
  if (reason !== null)
    return announcement(topic, device, [], [{ part: 'device', component: 'device', name: null, reason }])
  const { parts, left } = partsOf(readExposes(asObject(given.definition)?.exposes))
  const availability = availabilityOf(prefix, friendly)
  const place = { prefix, ieee, friendly, availability }
  return announcement(
    topic,
    device,
    parts.map((part) => entityOf(part, place)),
    left,
  )
}

/** Why nothing of it is connected; `null`: it is. */
function reasonAgainst(
  { disabled, supported, interview_completed: interviewed, definition }: Readonly<Record<string, unknown>>,
  friendly: string,
): string | null {
  if (friendly !== cleanText(friendly) || /[+#]/.test(friendly))
    return `its name ${cleanText(friendly)} can stand on no topic: rename it in Zigbee2MQTT`
  if (disabled === true) return 'it is switched off in Zigbee2MQTT'
  if (interviewed === false) return 'its interview is not over: Zigbee2MQTT does not know yet what it can do'
  if (supported === false || asObject(definition) === null) return 'Zigbee2MQTT does not support it'
  return null
}

function deviceOf(
  given: Readonly<Record<string, unknown>>,
  { ieee, friendly, bridge }: { ieee: string; friendly: string; bridge: string | null },
): SaidDevice {
  const definition = asObject(given.definition)
  return {
    identities: identitiesOf(ieee),
    name: words(friendly),
    brand: words(definition?.vendor ?? given.manufacturer, 100),
    model: words(modelOf(definition) ?? given.model_id),
    version: words(given.software_build_id, 100),
    via: bridge,
    area: null,
  }
}

/** What people read on it, with what the maker calls it. */
function modelOf(definition: Readonly<Record<string, unknown>> | null): string | undefined {
  const { description, model } = definition ?? {}
  const parts = [description, model].filter((one): one is string => typeof one === 'string' && one !== '')
  return parts.length === 2 ? `${parts[0]} (${parts[1]})` : parts[0]
}

function coordinator(ieee: string, prefix: string): SaidDevice {
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

/** The same that Zigbee2MQTT announces to Home Assistant: a device that is heard of in both ways is one. */
function identitiesOf(ieee: string): string[] {
  return [`zigbee2mqtt_${ieee}`, `ieee:${ieee.slice(2)}`]
}

function bridgeIdentity(address: string): string {
  return `zigbee2mqtt_bridge_${address.toLowerCase()}`
}

/** A device is there when the bridge is and when it does not say itself that it is not: many installations never ask. */
function availabilityOf(prefix: string, friendly: string): Availability {
  return {
    mode: 'all',
    topics: [`${prefix}/bridge/state`, `${prefix}/${friendly}/availability`].map((topic) => ({ topic, read: isReach })),
  }
}

function announcement(
  topic: string,
  device: SaidDevice,
  entities: readonly SaidEntity[] = [],
  notConnected: readonly NotConnected[] = [],
): Announcement {
  return { topic, origin: 'Zigbee2MQTT', device, entities, notConnected, removed: [] }
}

function words(value: unknown, max = 255): string | null {
  const text = typeof value === 'string' ? cutText(cleanText(value), max) : ''
  return text === '' ? null : text
}
