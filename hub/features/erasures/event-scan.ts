import type { Database } from '../../../shared/sqlite/open.ts'
import { noteErasedKeys } from '../../store/erased-keys.ts'
import type { ErasedKind } from '../../store/erasure-plan.ts'
import { forgetChange } from '../../store/purged.ts'
import { declarationOf } from '../../store/synced-table.ts'
import { whileUnkept } from '../../store/unchangeable.ts'
import { events } from '../events/tables.ts'
import { type EventTexts, Pseudonym, type Traces } from './pseudonym.ts'

interface ScannedEvent extends EventTexts {
  id: number
  category: string
  /** It happened to the subject itself, in one of its sessions, or to one of its sensors. */
  own: 0 | 1
}

export interface ScanStep {
  what: ErasedKind
  key: string
  traces: Traces
  pseudonym: string
  /** Events after this key. */
  after: number
  most: number
  /** Characters of their texts, beyond which no further event is looked at: what takes time is not their number. */
  characters: number
}

const TEXTS =
  'device_id, user_id, session_id, entity_id, acknowledged_by, description, old_state, new_state, event_data, state_attributes, context'

/**
 * Looks at the next events: those of the subject go, what others say of it is said of its pseudonym, and so is the audit, which
 * stays. Returns the last key it looked at, and `done` where there is none behind it.
 */
export function scanEvents(db: Database, step: ScanStep): { upto: number; removed: number; done: boolean } {
  const { found, done } = readNext(db, step)
  const gone = found.filter(({ own, category }) => own === 1 && category !== 'audit').map(({ id }) => id)
  removeEvents(db, gone)
  const left = new Set(gone)
  const pseudonym = new Pseudonym(step.traces, step.pseudonym)
  const changed = found.filter(({ id }) => !left.has(id)).flatMap((event) => rewritten(event, pseudonym))
  // The audit is kept as it was written by triggers, which let nothing else through.
  const [audit, others] = [changed.filter(isAudit), changed.filter((event) => !isAudit(event))]
  for (const event of others) write(db, event)
  if (audit.length > 0)
    whileUnkept(db, declarationOf(events), () => {
      for (const event of audit) {
        write(db, event)
        // Central writes its own copy, under the same pseudonym.
        forgetChange(db, 'events', String(event.id))
      }
    })
  return { upto: found.at(-1)?.id ?? step.after, removed: gone.length, done }
}

/** `done`: there is none behind them. */
function readNext(db: Database, step: ScanStep): { found: ScannedEvent[]; done: boolean } {
  const rows = db
    .prepare(
      `SELECT id, category, ${TEXTS}, ` +
        '(device_id IS @device OR user_id IS @user OR session_id IN (SELECT id FROM sessions WHERE device_id = @device OR user_id = @user) ' +
        'OR entity_id IN (SELECT id FROM device_entities WHERE device_id = @device)) AS own ' +
        'FROM events WHERE id > @after ORDER BY id LIMIT @most',
    )
    .iterate({
      // No row has it where it stands for nothing.
      device: step.what === 'device' ? step.key : '',
      user: step.what === 'user' ? step.key : '',
      after: step.after,
      most: step.most,
    }) as IterableIterator<ScannedEvent>
  const found: ScannedEvent[] = []
  let characters = 0
  for (const event of rows) {
    found.push(event)
    characters +=
      event.description.length + event.event_data.length + event.state_attributes.length + event.context.length
    if (characters >= step.characters) return { found, done: false }
  }
  return { found, done: found.length < step.most }
}

const isAudit = ({ category }: ScannedEvent) => category === 'audit'

function rewritten(event: ScannedEvent, pseudonym: Pseudonym): ScannedEvent[] {
  const { id, category, own, ...texts } = event
  const changed = pseudonym.inEvent(texts, own === 1)
  return changed === null ? [] : [{ ...changed, id, category, own }]
}

function write(db: Database, { id, category: _, own: __, ...texts }: ScannedEvent): void {
  const columns = Object.keys(texts)
  db.prepare(`UPDATE events SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`).run(
    ...Object.values(texts),
    id,
  )
}

function removeEvents(db: Database, ids: number[]): void {
  if (ids.length === 0) return
  const list = JSON.stringify(ids)
  db.prepare('DELETE FROM events WHERE id IN (SELECT value FROM json_each(?))').run(list)
  db.prepare(
    "DELETE FROM sync_changes WHERE table_name = 'events' AND row_key IN (SELECT CAST(value AS TEXT) FROM json_each(?))",
  ).run(list)
  db.prepare(
    "DELETE FROM sync_quarantine WHERE table_name = 'events' AND row_key IN (SELECT CAST(value AS TEXT) FROM json_each(?))",
  ).run(list)
  noteErasedKeys(db, 'events', ids)
}
