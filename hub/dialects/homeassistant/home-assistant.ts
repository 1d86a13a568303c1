import { asError } from '../../../shared/errors.ts'
import { type Dialect, NOTHING_ANNOUNCED } from '../dialect.ts'
import { readAnnouncement } from './read-announcement.ts'

/** What we announce to Home Assistant ourselves is never read back as somebody's device. */
const OURS = /^lares\b/i

/** Whatever announces itself to Home Assistant: home-assistant.io, "MQTT", "MQTT Discovery". */
export const HOMEASSISTANT: Dialect = {
  name: 'homeassistant',
  prefix: 'homeassistant',
  announcing: (prefix) => [`${prefix}/+/+/config`, `${prefix}/+/+/+/config`],
  reader:
    (prefix) =>
    ({ topic, payload }) => {
      try {
        const announcement = readAnnouncement(topic, payload, prefix)
        if (OURS.test(announcement.origin ?? '')) return NOTHING_ANNOUNCED
        if (announcement.removed === 'all') return { ...NOTHING_ANNOUNCED, removed: [topic] }
        return { ...NOTHING_ANNOUNCED, announcements: [announcement] }
      } catch (error) {
        return { ...NOTHING_ANNOUNCED, trouble: asError(error).message }
      }
    },
}
