import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { traceOf } from '../../engine/caller.ts'
import type { NewEvent, TypeOfEvent } from '../../engine/context.ts'

/** A device may name any type, but may not write into the audit, which is never purged, nor speak for the hub. */
const HOUSES_OWN = new Set(['audit', 'system'])

/** Adds to `events`: what the sender leaves out is derived from the table of event types. */
export class EventLog {
  #insert: Statement
  #typeOf: TypeOfEvent

  constructor(db: Database, typeOf: TypeOfEvent) {
    this.#typeOf = typeOf
    this.#insert = db.prepare(
      'INSERT INTO events (house_id, device_id, entity_id, user_id, session_id, event_type, category, severity, title, ' +
        'description, source, event_data, context, old_state, new_state, state_attributes, timestamp, created_at, updated_at) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
  }

  add(event: NewEvent, now: number): void {
    const type = this.#typeOf(event.type)
    this.#insert.run(
      event.house ?? null,
      event.device ?? null,
      event.entity ?? null,
      event.user ?? null,
      event.session ?? null,
      event.type,
      event.category ?? (event.source === 'device' && HOUSES_OWN.has(type.category) ? 'device' : type.category),
      event.severity ?? type.severity,
      type.title,
      event.description ?? type.description,
      event.source ?? 'system',
      JSON.stringify(event.data ?? {}),
      JSON.stringify(event.caller ? { caller: traceOf(event.caller) } : {}),
      event.oldState ?? null,
      event.newState ?? null,
      JSON.stringify(event.attributes ?? {}),
      event.timestamp ?? now,
      now,
      now,
    )
  }
}
