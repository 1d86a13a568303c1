import type { Dialect } from '../dialect.ts'
import { readBridgeDevices } from './bridge-devices.ts'

/** Zigbee2MQTT by its own list of devices, which says more than what it announces to Home Assistant. */
export const ZIGBEE2MQTT: Dialect = {
  name: 'zigbee2mqtt',
  prefix: 'zigbee2mqtt',
  announcing: (prefix) => [`${prefix}/bridge/devices`],
  reader: (prefix) => (message) => {
    const { announcements, trouble } = readBridgeDevices(prefix, message.payload)
    return { announcements, removed: [], whole: trouble === null, replaces: true, trouble }
  },
}
