import { asError } from '../../../shared/errors.ts'
import type { Dialect } from '../dialect.ts'
import { readAnnouncement } from './read-announcement.ts'

/** What we announce to Home Assistant ourselves is never read back as somebody's device. */
const OURS = /^lares\b/i

/** Whatever announces itself to Home Assistant: home-assistant.io, "MQTT", "MQTT Discovery". */
export const HOMEASSISTANT: Dialect = {
  name: 'homeassistant',
  prefix: 'homeassistant',
  announcing: (prefix) => [`${prefix}/+/+/config`, `${prefix}/+/+/+/config`],
  read({ prefix, topic, payload }) {
    try {
      const announcement = readAnnouncement(topic, payload, prefix)
      const nothing = { announcements: [], removed: [], whole: false, trouble: null }
      if (OURS.test(announcement.origin ?? '')) return nothing
      if (announcement.removed === 'all') return { ...nothing, removed: [topic] }
      return { ...nothing, announcements: [announcement] }
    } catch (error) {
      return { announcements: [], removed: [], whole: false, trouble: asError(error).message }
    }
  },
}
