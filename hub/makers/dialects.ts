import type { Dialect } from '../dialects/dialect.ts'
import { HOMEASSISTANT } from '../dialects/homeassistant/dialect.ts'
import { ZIGBEE2MQTT } from '../dialects/zigbee2mqtt/dialect.ts'

/** What is understood, by its name. */
export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [ZIGBEE2MQTT, HOMEASSISTANT].map((one) => [one.name, one]),
)
