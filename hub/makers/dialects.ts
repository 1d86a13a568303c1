import type { Dialect } from '../dialects/dialect.ts'
import { HOMEASSISTANT } from '../dialects/homeassistant/home-assistant.ts'
import { TASMOTA } from '../dialects/tasmota/tasmota.ts'
import { ZIGBEE2MQTT } from '../dialects/zigbee2mqtt/zigbee2mqtt.ts'

/** What is understood, by its name. */
export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [ZIGBEE2MQTT, TASMOTA, HOMEASSISTANT].map((one) => [one.name, one]),
)
