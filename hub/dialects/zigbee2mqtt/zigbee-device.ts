import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import type { Announcement, Availability, NotConnected, SaidDevice, SaidEntity } from '../said.ts'
import { isReach } from './reach.ts'

/** The address of a device, lower case; `null`: it is none. */
export function ieeeOf(address: unknown): string | null {
  return typeof address === 'string' && /^0x[0-9a-f]{16}$/i.test(address) ? address.toLowerCase() : null
}

/** The same that Zigbee2MQTT announces to Home Assistant: a device that is heard of in both ways is one. */
export function identitiesOf(ieee: string): string[] {
  return [`zigbee2mqtt_${ieee}`, `ieee:${ieee.slice(2)}`]
}

export function bridgeIdentity(ieee: string): string {
  return `zigbee2mqtt_bridge_${ieee}`
}

/** The topic that stands for one device, although one message announces all. */
export function deviceTopic(prefix: string, ieee: string): string {
  return `${prefix}/bridge/devices/${ieee}`
}

export function zigbeeAnnouncement(
  topic: string,
  device: SaidDevice,
  entities: readonly SaidEntity[] = [],
  notConnected: readonly NotConnected[] = [],
): Announcement {
  return { topic, origin: 'Zigbee2MQTT', device, entities, notConnected, removed: [] }
}

/** A device of which nothing is connected, and why. */
export function unconnected(topic: string, device: SaidDevice, reason: string): Announcement {
  return zigbeeAnnouncement(topic, device, [], [{ part: 'device', component: 'device', name: null, reason }])
}

/** Characters of a name that stands in topics. */
const NAME_LENGTH = 500

/** Why a name cannot be used; `null`: it can. */
export function reasonAgainstName(friendly: string): string | null {
  if (friendly === cleanText(friendly) && friendly.length <= NAME_LENGTH && !/[+#]/.test(friendly)) return null
  return `its name ${cutText(cleanText(friendly), 100)} can stand on no topic: rename it in Zigbee2MQTT`
}

/** A device is there when the bridge is and when it does not say itself that it is not: many installations never ask. */
export function zigbeeAvailability(prefix: string, friendly: string): Availability {
  return {
    mode: 'all',
    topics: [`${prefix}/bridge/state`, `${prefix}/${friendly}/availability`].map((topic) => ({ topic, read: isReach })),
  }
}

/** Text for people; `null`: there is none. */
export function zigbeeWords(value: unknown, max = 255): string | null {
  const text = typeof value === 'string' ? cutText(cleanText(value), max) : ''
  return text === '' ? null : text
}
