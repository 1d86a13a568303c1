import { AGENT_WINDOW } from '../../shared/limits.ts'
import type { Lane } from '../../shared/messages/fields.ts'

/** Slots of the window that backlog leaves free, so that a live message never waits for one. */
const RESERVED_FOR_LIVE = 10
/** Backlog under way while live is under way too. */
const BACKLOG_BESIDE_LIVE = 10

export interface UnderWay {
  /** Messages sent and not acknowledged. */
  inFlight: Readonly<Record<Lane, number>>
  /** Whether the live lane has something to send or under way. */
  live: boolean
}

/** How many messages of each lane may be sent now. Urgent goes first, then live, then backlog. */
export function sendPlan({ inFlight, live }: UnderWay): Record<Lane, number> {
  const free = Math.max(0, AGENT_WINDOW - inFlight.urgent - inFlight.live - inFlight.backlog)
  const backlogMost = live ? BACKLOG_BESIDE_LIVE : AGENT_WINDOW - RESERVED_FOR_LIVE
  return { urgent: free, live: free, backlog: Math.min(free, Math.max(0, backlogMost - inFlight.backlog)) }
}
