import { type Dialect, NOTHING_ANNOUNCED } from '../dialect.ts'
import { BridgeBook } from './bridge-book.ts'

/** Zigbee2MQTT by its own lists of devices and groups, which say more than what it announces to Home Assistant. */
export const ZIGBEE2MQTT: Dialect = {
  name: 'zigbee2mqtt',
  prefix: 'zigbee2mqtt',
  announcing: (prefix) => ['devices', 'groups', 'event'].map((what) => `${prefix}/bridge/${what}`),
  reader(prefix) {
    const book = new BridgeBook(prefix)
    return ({ topic, payload }) => {
      switch (topic.slice(prefix.length)) {
        case '/bridge/devices':
          return book.devices(payload)
        case '/bridge/groups':
          return book.groups(payload)
        case '/bridge/event':
          return book.event(payload)
        default:
          return NOTHING_ANNOUNCED
      }
    }
  },
}
