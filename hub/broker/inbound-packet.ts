import type { InboundPublish, PublishVerdict } from './connection.ts'

/** Aedes' own packet with our verdict on it: no second object per message. */
export interface InboundPacket extends InboundPublish {
  /** Absent on a will. */
  cmd?: string
  messageId?: number
  verdict?: PublishVerdict
}
