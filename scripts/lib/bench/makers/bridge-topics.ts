/** What the bridge is told, as JSON in its first argument. */
export interface BridgeOrder {
  url: string
  devices: number
  /** The moment from which it counts, on the clock of all processes. */
  zero: number
}

/** First part of the topics of Zigbee2MQTT. */
export const BELOW = 'zigbee2mqtt'
/** Here it is told to announce its devices. */
export const APPEAR = 'bench/appear'
/** And how many messages a second its devices send, all together. */
export const RATE = 'bench/rate'
