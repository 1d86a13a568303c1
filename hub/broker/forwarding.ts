import type { StoredPacket } from './client-session.ts'
import type { BrokerHooks } from './connection.ts'
import { filterMatches } from './filter-tree.ts'
import type { LiveConnection } from './live-connection.ts'
import type { BrokerPersistence } from './persistence.ts'
import type { QoS } from './qos.ts'

export interface Delivery {
  connection: LiveConnection
  /** Clean session: nothing is kept for the client. */
  clean: boolean
  /** Its QoS is lowered to the one granted. */
  packet: StoredPacket
}

/** Decides on one delivery to one client: Aedes' `authorizeForward`, for live messages and for those from the queue. */
export function mayForward(hooks: Required<BrokerHooks>, persistence: BrokerPersistence, delivery: Delivery): boolean {
  const { connection, clean, packet } = delivery
  // Aedes forgets what may not be replayed; what can not be written any more is still owed.
  if (connection.gone) return packet.messageId !== undefined
  if (packet.properties && packet.properties.to !== connection.key) return false
  if (!hooks.forward(connection, packet.topic)) {
    if (!clean) persistence.discard(connection.key, packet)
    return false
  }
  if (packet.messageId !== undefined || packet.qos === 0) return true
  // A live message: Aedes lowers its QoS to the one granted only for filters without wildcards.
  let granted: QoS = 0
  for (const [filter, qos] of connection.filters) {
    if (qos > granted && filterMatches(filter, packet.topic)) granted = qos
  }
  if (granted < packet.qos) packet.qos = granted
  return clean || packet.retain || persistence.claimLive(connection.key, packet)
}
