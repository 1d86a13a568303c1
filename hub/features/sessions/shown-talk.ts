import { z } from 'zod'
import { durationMs, id, time } from '../../../shared/admin/fields.ts'
import type { QueryContext } from '../../engine/admin-command.ts'
import { handoffsOf } from './handoff-history.ts'
import type { SessionRow } from './session-row.ts'

/** More of one conversation nobody looks at; the oldest of each, as its messages are. */
const MOST = 1_000

/** One turn of a conversation, with what is kept of its sound. */
const shownTurn = z.strictObject({
  started_at: time,
  device: z.string(),
  /** Of its sound. */
  duration_ms: durationMs.nullable(),
  lost_frames: z.int().nullable(),
  /** `null`: its sound is not kept, or no more. */
  file: z.string().nullable(),
  turn: id,
})

/** One handoff of a conversation. */
const shownHandoff = z.strictObject({
  prepared_at: time,
  from: z.string(),
  to: z.string(),
  /** When the other device had it; `null`: it has not, or never had. */
  committed_at: time.nullable(),
  /** Why it was given up; `null`: it was not. */
  abandoned: z.string().nullable(),
  is_back: z.boolean(),
})

/** What happened to a conversation: it began, was set aside, went elsewhere. */
const shownMove = z.strictObject({
  at: time,
  type: z.string(),
  title: z.string(),
  reason: z.string().nullable(),
})

export const talkStory = {
  turns: z.array(shownTurn),
  handoffs: z.array(shownHandoff),
  moves: z.array(shownMove),
}

/** What belongs to a conversation beside its words, each the oldest first. Devices by their names. */
export function storyOf({ db, now }: Pick<QueryContext, 'db' | 'now'>, session: SessionRow) {
  const turns = db
    .prepare(
      'SELECT t.started_at, d.name AS device, c.duration_ms, c.lost_frames, c.file, t.id AS turn FROM turns t ' +
        `JOIN devices d ON d.id = t.device_id LEFT JOIN audio_clips c ON c.turn_id = t.id WHERE t.session_id = ? ORDER BY t.started_at, t.id LIMIT ${MOST}`,
    )
    .all(session.id) as z.infer<typeof shownTurn>[]
  const moves = db
    .prepare(
      "SELECT e.timestamp AS at, e.event_type AS type, e.title, e.event_data ->> 'reason' AS reason FROM sessions s " +
        // Events have no index by session: only those of its time are looked at.
        'JOIN events e ON e.house_id = ? AND e.created_at >= s.created_at AND e.created_at <= coalesce(s.ended_at, ?) ' +
        "WHERE s.id = ? AND e.session_id = s.id AND e.category = 'session' AND e.severity <> 'debug' " +
        `ORDER BY e.timestamp, e.id LIMIT ${MOST}`,
    )
    .all(session.house, now, session.id) as z.infer<typeof shownMove>[]
  const nameOf = db.prepare('SELECT name FROM devices WHERE id = ?').pluck()
  const named = (device: string) => (nameOf.get(device) as string | undefined) ?? device
  const handoffs = handoffsOf(session).map(
    ({ from, to, prepared_at, committed_at, abandoned_at, reason, is_back }) => ({
      ...{ prepared_at, from: named(from), to: named(to), committed_at, is_back },
      abandoned: abandoned_at === null ? null : (reason ?? 'given up'),
    }),
  )
  return { turns, handoffs, moves }
}
