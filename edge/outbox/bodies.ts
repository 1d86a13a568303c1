import type { AgentEventType } from '../../shared/event-types.ts'
import type { Event } from '../../shared/messages/event.ts'
import type { Result } from '../../shared/messages/result.ts'

/** What the outbox adds when it stores a message. */
type Sequenced = 'epoch' | 'lane' | 'seq' | 'boot' | 'sent'
export type EventBody = Omit<Event, Sequenced | 'type' | 'age_ms'> & { type: AgentEventType }
export type ResultBody = Omit<Result, Sequenced>
