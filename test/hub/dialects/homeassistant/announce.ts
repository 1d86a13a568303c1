import { hear, withSaid } from '../../../../hub/dialects/hear.ts'
import { readAnnouncement } from '../../../../hub/dialects/homeassistant/read-announcement.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import type { Announcement, KnownSoFar, Said, SaidEntity } from '../../../../hub/dialects/said.ts'

export const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

/** What a message on an announcing topic comes to. */
export function announce(topic: string, payload: unknown): Announcement {
  return readAnnouncement(topic, bytes(payload))
}

/** The one entity of a description. */
export function entity(component: string, config: Record<string, unknown>): SaidEntity {
  const { entities, notConnected } = announce(`homeassistant/${component}/thing/config`, { unique_id: 'u', ...config })
  const [one] = entities
  if (one === undefined) throw new Error(JSON.stringify(notConnected))
  return one
}

/** Why the one entity of a description is not connected; `null`: it is. */
export function refusal(component: string, config: Record<string, unknown>): string | null {
  return announce(`homeassistant/${component}/thing/config`, config).notConnected[0]?.reason ?? null
}

/** What is known of an entity after these messages, and what the last one said. */
export function told(one: SaidEntity, ...messages: [topic: string, payload: unknown][]): KnownSoFar & { last: Said } {
  let known: KnownSoFar = { state: undefined, attributes: {} }
  let last: Said = {}
  for (const [topic, payload] of messages) {
    last = hear(one, { topic, payload: payloadOf(bytes(payload)), retained: false }, known)
    known = withSaid(known, last)
  }
  return { ...known, last }
}
