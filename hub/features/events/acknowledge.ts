import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { LOCAL } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

/** In one transaction. */
const AT_ONCE = 1_000

interface FoundEvent {
  id: number
  event_type: string
  category: string
  title: string
  device_id: string | null
  house_id: string | null
  acknowledged_by: string | null
}

export const acknowledgeEvent = adminCommand({
  area: 'events',
  verb: 'acknowledge',
  needs: 'control',
  summary: 'Say that you have seen an event, with a note for the others; it leaves the latest events that matter',
  params: z.strictObject({
    event: z.int().min(1).meta({ description: 'its number, as lares events list shows it' }),
    note: text(500).min(1).optional().meta({ description: 'what you found, or did' }),
    alike: z.boolean().default(false).meta({ description: 'also those before it of the same kind and device' }),
  }),
  result: z.strictObject({ says: z.string(), event: z.number(), acknowledged: z.number() }),
  examples: [
    { says: 'one, with what was done', params: { event: 1, note: 'the cable was loose' } },
    { says: 'it and all before it that are alike', params: { event: 1, alike: true } },
  ],
  positional: ['event', 'note'],
  changes: true,
  run(context, params) {
    const found = eventNumbered(context, params.event)
    if (found.category === 'audit')
      throw new LaresError('bad_params', `event ${found.id} stands in the audit, which stays as it was written`, {
        hint: 'See those that can be acknowledged: lares events list --acknowledged no',
      })
    const marked = mark(context, found, params)
    if (marked > 0) note(context, found, { ...params, marked })
    return { says: saidOf(found, marked), event: found.id, acknowledged: marked }
  },
})

interface Given {
  note?: string | undefined
  alike: boolean
}

/** Who, when and why stand on the event itself, and are synced with it. What was acknowledged before stays as it was. */
function mark({ db, caller, now }: CallContext, found: FoundEvent, { note, alike }: Given): number {
  const visible = visibleHouses(caller, 'house_id')
  const which = alike
    ? `event_type = ? AND device_id IS ? AND id <= ? AND category <> 'audit' AND acknowledged_by IS NULL AND ${visible.sql}`
    : 'id = ? AND acknowledged_by IS NULL'
  const values = alike ? [found.event_type, found.device_id, found.id, ...visible.values] : [found.id]
  return db
    .prepare(
      "UPDATE events SET acknowledged_by = ?, updated_at = ?, context = json_set(context, '$.acknowledged', json(?)) " +
        `WHERE id IN (SELECT id FROM events WHERE ${which} ORDER BY id DESC LIMIT ${AT_ONCE})`,
    )
    .run(caller.user ?? LOCAL, now, JSON.stringify({ at: now, note: note ?? null }), ...values).changes
}

function note(context: CallContext, found: FoundEvent, { note, marked }: Given & { marked: number }): void {
  const { house_id: house, device_id: device, title, id } = found
  context.addEvent({
    ...{ type: 'event_acknowledged', source: 'user', data: { event: id, marked, note: note ?? null } },
    ...(house === null ? {} : { house }),
    ...(device === null ? {} : { device }),
    caller: context.caller,
    description: note === undefined ? `${title}.` : `${title}: ${note}`,
  })
}

function saidOf({ id, title, acknowledged_by }: FoundEvent, marked: number): string {
  if (marked === 0 && acknowledged_by !== null) return `Event ${id} was acknowledged before: ${title}`
  return marked > 1 ? `${marked} events are acknowledged: ${title}` : `Event ${id} is acknowledged: ${title}`
}

/** Of a house that the command may concern. Throws `not_found`. */
function eventNumbered({ db, caller }: CallContext, number: number): FoundEvent {
  const visible = visibleHouses(caller, 'house_id')
  const row = db
    .prepare(
      `SELECT id, event_type, category, title, device_id, house_id, acknowledged_by FROM events WHERE id = ? AND ${visible.sql}`,
    )
    .get(number, ...visible.values)
  if (row !== undefined) return row as FoundEvent
  throw new LaresError('not_found', `there is no event ${number}`, { hint: 'See lares events list.' })
}
