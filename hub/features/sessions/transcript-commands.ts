import { z } from 'zod'
import { deviceParam, durationMs, id, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceFilter } from '../devices/named-device.ts'
import { sessionNamed } from './session-row.ts'
import { storyOf, talkStory } from './shown-talk.ts'

const DAY_MS = 86_400_000
/** Turns that are looked at: the newest. */
const MOST = 10_000

/** Milliseconds since the turn began. */
const stages = z.record(z.string(), z.number())

export const showTalk = adminCommand({
  area: 'sessions',
  verb: 'show',
  needs: 'read',
  summary: 'What was said in a conversation, by whom, and how long each step of an answer took',
  params: z.strictObject({ session: text(255).min(1).meta({ description: 'its id, or the device that it is at' }) }),
  result: z.strictObject({
    session: id,
    state: z.string(),
    /** Counts up with every move: whoever has an older one speaks of what is no more. */
    epoch: z.int(),
    device: z.string(),
    device_name: z.string(),
    persona: z.string(),
    version: z.string(),
    ...talkStory,
    messages: z.array(
      z.strictObject({
        created_at: time,
        role: z.string(),
        content: z.string(),
        /** From the end of the question to the first sound of the answer. */
        latency_ms: durationMs.nullable(),
        /** Who understood the words, or made them. */
        by: z.string().nullable(),
        /** How the answer ended: played, stopped, unheard, failed. */
        end: z.string().nullable(),
        /** Of an answer: whether more was to be said than was heard. */
        cut: z.boolean(),
        stages: stages.nullable(),
        turn: z.string().nullable(),
      }),
    ),
  }),
  examples: [{ says: 'the one that is under way on a device', params: { session: 'kitchen-pi' } }],
  positional: ['session'],
  changes: false,
  query(context, params) {
    const found = sessionNamed(context, params.session)
    const { id: session, state, epoch, device, persona, version } = found
    const rows = context.db
      .prepare(
        'SELECT m.created_at, m.role, m.content, m.response_latency_ms AS latency_ms, ' +
          "m.timings ->> 'by' AS by, m.timings ->> 'end' AS \"end\", m.timings ->> 'cut' AS cut, CASE WHEN m.role = 'assistant' THEN t.timings -> 'stages' END AS stages, m.turn_id AS turn " +
          'FROM messages m LEFT JOIN turns t ON t.id = m.turn_id WHERE m.session_id = ? ORDER BY m.created_at, m.id LIMIT 1000',
      )
      .all(session) as { stages: string | null; cut: number | null }[]
    const messages = rows.map((row) => ({
      ...{ ...row, cut: row.cut === 1 },
      stages: row.stages === null ? null : JSON.parse(row.stages),
    }))
    const device_name = context.db.prepare('SELECT name FROM devices WHERE id = ?').pluck().get(device) as string
    return { session, state, epoch, device, device_name, persona, version, ...storyOf(context, found), messages }
  },
})

/** Steps of an answer, each from one stage to the next. */
const STEPS = [
  ['understood', 'ended', 'heard'],
  ['answered', 'heard', 'answer_first'],
  ['spoken', 'answer_first', 'voice_first'],
  ['sent', 'voice_first', 'sent_first'],
  ['sounded', 'sent_first', 'sounds'],
  ['all', 'ended', 'sounds'],
] as const

export const talkLatency = adminCommand({
  area: 'sessions',
  verb: 'latency',
  needs: 'read',
  summary: 'Why answers were slow: how long each step took, from the end of what was said to the first sound',
  params: z.strictObject({
    device: deviceParam.optional(),
    persona: text(50).optional(),
    days: z.int().min(1).max(366).default(7),
  }),
  result: z.strictObject({
    turns: z.int(),
    steps: z.array(
      z.strictObject({
        step: z.string(),
        turns: z.int(),
        median_ms: durationMs,
        p90_ms: durationMs,
        worst_ms: durationMs,
      }),
    ),
  }),
  examples: [
    { says: 'of the last week', params: {} },
    { says: 'on one device', params: { device: 'kitchen-pi', days: 1 } },
  ],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const where = conditions(visibleHouses(context.caller, 'd.house_id'))
      .when('t.device_id = ?', deviceFilter(context, params.device))
      .when('s.persona_id = ?', params.persona)
      .when('t.started_at > ?', context.now - params.days * DAY_MS)
    const rows = context.db
      .prepare(
        "SELECT t.timings -> 'stages' FROM turns t JOIN sessions s ON s.id = t.session_id JOIN devices d ON d.id = t.device_id " +
          `WHERE ${where.sql} AND t.timings -> 'stages' IS NOT NULL ORDER BY t.started_at DESC LIMIT ${MOST}`,
      )
      .pluck()
      .all(...where.values) as string[]
    const turns = rows.map((row) => JSON.parse(row) as Record<string, number>)
    return { turns: turns.length, steps: STEPS.flatMap((step) => timesOf(turns, step)) }
  },
})

function timesOf(turns: readonly Record<string, number>[], [step, from, to]: (typeof STEPS)[number]) {
  const times = turns
    .flatMap(({ [from]: since, [to]: until }) => (since === undefined || until === undefined ? [] : [until - since]))
    .toSorted((one, other) => one - other)
  const at = (part: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0)
  if (times.length === 0) return []
  return [{ step, turns: times.length, median_ms: at(0.5), p90_ms: at(0.9), worst_ms: at(1) }]
}
