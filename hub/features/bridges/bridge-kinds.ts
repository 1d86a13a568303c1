/** What people have that speaks MQTT, and how it is understood. */
export interface BridgeKind {
  dialect: string
  prefix: string
  /** First parts of topics that it uses beside its prefix, as it comes. */
  beside: readonly string[]
}

/**
 * By what people call it. Topics as the projects document them: Tasmota's FullTopic is `%prefix%/%topic%/` with the prefixes cmnd,
 * stat and tele; an ESPHome node uses its own name unless `topic_prefix` says another, so all of them need one above.
 */
export const BRIDGE_KINDS = {
  zigbee2mqtt: { dialect: 'zigbee2mqtt', prefix: 'zigbee2mqtt', beside: [] },
  tasmota: { dialect: 'tasmota', prefix: 'tasmota/discovery', beside: ['cmnd', 'stat', 'tele'] },
  esphome: { dialect: 'homeassistant', prefix: 'homeassistant', beside: ['esphome'] },
  homeassistant: { dialect: 'homeassistant', prefix: 'homeassistant', beside: [] },
} as const satisfies Record<string, BridgeKind>

export type BridgeKindName = keyof typeof BRIDGE_KINDS

export const BRIDGE_KIND_NAMES = Object.keys(BRIDGE_KINDS) as BridgeKindName[]
