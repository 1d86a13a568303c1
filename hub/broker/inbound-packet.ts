import type { InboundPublish, PublishVerdict } from './connection.ts'

/** The key of the only session that may have a message. */
export interface Addressed {
  to: string
}

/** Aedes' own packet with our verdict on it: no second object per message. */
export interface InboundPacket extends InboundPublish {
  /** Absent on a will. */
  cmd?: string
  messageId?: number
  verdict?: PublishVerdict
  /**
   * Of a message for one session only. Aedes hands its properties on to every copy of a packet and writes them for MQTT 5
   * alone, which is not spoken here.
   */
  properties?: Addressed
}
