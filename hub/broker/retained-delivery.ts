import type { StoredPacket } from './client-session.ts'
import { filterMatches } from './filter-tree.ts'

/** A filter of a SUBSCRIBE, and the number of the last packet that came before its subscription. */
export interface Begun {
  filter: string
  since: number
}

/** Whether a retained message is to be sent for a SUBSCRIBE. */
export type Owed = (packet: StoredPacket) => boolean

/**
 * A message that is published while a SUBSCRIBE is handled may be retained already and not handed out yet: then the new
 * subscription gets it live, and is not sent it again as a retained one.
 */
export function owedTo(subscriptions: Begun[]): Owed {
  return ({ topic, brokerCounter = 0 }) =>
    !subscriptions.some(({ filter, since }) => brokerCounter > since && filterMatches(filter, topic))
}
