import { z } from 'zod'
import { deviceParam, id, time, timeParam } from '../../../shared/admin/fields.ts'
import { EVENT_SEVERITIES, severity } from '../../../shared/messages/event.ts'
import { text } from '../../../shared/messages/fields.ts'
import { momentOf } from '../../../shared/read-time.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { LOCAL } from '../../engine/caller.ts'
import { conditions, page } from '../../query/list-query.ts'
import { allWords } from '../../query/search-words.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceFilter } from '../devices/named-device.ts'
import { acknowledgeEvent } from './acknowledge.ts'

interface EventRow {
  id: number
  acknowledged_by: string | null
  acknowledged_email: string | null
  event_data: string
  context: string
  email: string | null
}

const eventLine = z.strictObject({
  created_at: time,
  severity,
  title: z.string().nullable(),
  device_name: z.string().nullable(),
  description: z.string().nullable(),
  old_state: z.string().nullable(),
  new_state: z.string().nullable(),
  /** Who asked for it: e-mail address, or `local` for the socket of the machine, and from where. */
  by: z.string().nullable(),
  event_type: z.string(),
  /** Who has seen it, if anybody has: e-mail address, or `local`. */
  acknowledged_by: z.string().nullable(),
  acknowledged_at: time.nullable(),
  note: z.string().nullable(),
  category: z.string(),
  source: z.string(),
  event_data: z.record(z.string(), z.json()),
  device_id: id.nullable(),
  user_id: z.string().nullable(),
  session_id: z.string().nullable(),
  entity_id: z.string().nullable(),
  house_id: z.string().nullable(),
  timestamp: time,
  /** The `caller` that asked for it: kind, user, id of the token, client id, address and login. */
  context: z.record(z.string(), z.json()),
  processed: z.number(),
  id: z.number(),
})

/** Whoever looks leaves an `api_call`: it is shown to those who ask for it, or looking would fill the list. */
function asksForCalls(params: {
  all: boolean
  severity?: string | undefined
  event_type?: string | undefined
}): boolean {
  return params.all || params.severity === 'debug' || params.event_type === 'api_call'
}

const FOUND = 'id IN (SELECT rowid FROM search_events WHERE search_events MATCH ?)'

export const listEvents = adminCommand({
  area: 'events',
  verb: 'list',
  needs: 'read',
  summary: 'What happened, newest first',
  params: z.strictObject({
    device: deviceParam.optional(),
    event_type: text(100).optional(),
    category: text(100).optional(),
    severity: severity.optional(),
    least: severity.optional().describe('this severity and worse'),
    acknowledged: z.boolean().optional().describe('only those that somebody has seen, or with no that nobody has'),
    /** Also what was only asked, of severity debug. */
    all: z.boolean().default(false).describe('also what was only asked'),
    since: timeParam.optional(),
    search: text(10_000).optional().describe('only what has all these words in its title, description or states'),
    limit: z.int().min(1).max(1000).default(100),
    after: z.int().optional(),
  }),
  result: z.strictObject({ events: z.array(eventLine), next: z.number().optional() }),
  examples: [
    { says: 'what happened last', params: { limit: 20 } },
    { says: 'what went wrong and nobody has seen', params: { least: 'warning', acknowledged: false } },
    { says: 'what was said of batteries', params: { search: 'battery' } },
    { says: 'errors of one device', params: { device: 'kitchen-pi', severity: 'error' } },
  ],
  changes: false,
  query(context, params) {
    const where = conditions(visibleHouses(context.caller, 'house_id'))
      .when('event_type = ?', params.event_type)
      .when('category = ?', params.category)
      .when('severity = ?', params.severity)
      .when('severity IN (SELECT value FROM json_each(?))', params.least && fromLeast(params.least))
      .when(
        '(acknowledged_by IS NOT NULL) = ?',
        params.acknowledged === undefined ? undefined : Number(params.acknowledged),
      )
      .when("NOT (severity = 'debug' AND event_type = ?)", asksForCalls(params) ? undefined : 'api_call')
      .when('device_id = ?', deviceFilter(context, params.device))
      .when('created_at >= ?', params.since === undefined ? undefined : momentOf(params.since, context.now))
      .when(FOUND, allWords(params.search ?? '') ?? undefined)
      .when('id < ?', params.after)
    const rows = context.db
      .prepare(
        'SELECT id, timestamp, created_at, event_type, category, severity, title, description, source, house_id, device_id, entity_id, user_id, (SELECT name FROM devices d WHERE d.id = device_id) AS device_name, ' +
          "(SELECT email FROM users u WHERE u.id = json_extract(events.context, '$.caller.user')) AS email, " +
          'acknowledged_by, (SELECT email FROM users u WHERE u.id = acknowledged_by) AS acknowledged_email, ' +
          `session_id, event_data, context, old_state, new_state, processed FROM events WHERE ${where.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as EventRow[]
    const events = rows.map(shown)
    const { rows: kept, next } = page(events, params.limit, (row) => row.id)
    return { events: kept, ...(next === undefined ? {} : { next }) }
  },
})

interface Circumstances {
  caller?: { user: string | null; address: string }
  acknowledged?: { at: number; note: string | null }
}

function shown({ email, acknowledged_by, acknowledged_email, event_data, context, ...row }: EventRow) {
  const { acknowledged, ...said } = JSON.parse(context) as Circumstances
  return {
    ...row,
    by: by(said.caller, email),
    acknowledged_by: acknowledged_email ?? acknowledged_by,
    acknowledged_at: acknowledged?.at ?? null,
    note: acknowledged?.note ?? null,
    event_data: JSON.parse(event_data) as unknown,
    context: said,
  }
}

function fromLeast(least: (typeof EVENT_SEVERITIES)[number]): string {
  return JSON.stringify(EVENT_SEVERITIES.slice(EVENT_SEVERITIES.indexOf(least)))
}

function by(caller: { user: string | null; address: string } | undefined, email: string | null): string | null {
  if (!caller) return null
  return caller.user === null ? LOCAL : `${email ?? caller.user} from ${caller.address}`
}

export const COMMANDS = [listEvents, acknowledgeEvent] as const
