import { z } from 'zod'
import { bytes, deviceParam, durationMs, id, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceFilter } from '../devices/named-device.ts'
import { deleteRecording } from './delete-recording.ts'
import { endTalk, handOverTalk, pauseTalk, resumeTalk } from './move-commands.ts'
import { showTalk, talkLatency } from './transcript-commands.ts'

const turnLine = z.strictObject({
  started_at: time,
  duration_ms: durationMs.nullable(),
  phase: z.string(),
  end_reason: z.string().nullable(),
  completeness: z.string().nullable(),
  lost_frames: z.number().nullable(),
  frames: z.number().nullable(),
  bytes: bytes.nullable(),
  file: z.string().nullable(),
  ended_at: time.nullable(),
  expires_at: time.nullable(),
  device_id: id,
  id: id,
})

export const listSessions = adminCommand({
  area: 'sessions',
  verb: 'list',
  needs: 'read',
  summary: 'Conversations, newest first, with their turns and clips',
  params: z.strictObject({
    device: deviceParam.optional(),
    state: z.enum(['active', 'paused', 'ended', 'handed_off']).optional(),
    limit: z.int().min(1).max(500).default(50),
    after: text(64).optional(),
  }),
  result: z.strictObject({
    sessions: z.array(
      z.strictObject({
        created_at: time,
        device_name: z.string(),
        state: z.string(),
        ended_at: time.nullable(),
        expires_at: time.nullable(),
        /** Counts up with every move: whoever has an older one speaks of what is no more. */
        epoch: z.int(),
        /** How often it went to another device. */
        handoffs: z.int(),
        persona_id: z.string(),
        persona_version: z.string(),
        user_id: z.string().nullable(),
        device_id: id,
        id: id,
        turns: z.array(turnLine),
      }),
    ),
    next: z.string().optional(),
  }),
  examples: [{ says: 'what was said to one device', params: { device: 'kitchen-pi', limit: 10 } }],
  changes: false,
  query(context, params) {
    const where = conditions(visibleHouses(context.caller, 'd.house_id'))
      .when('s.device_id = ?', deviceFilter(context, params.device))
      .when('s.state = ?', params.state)
      .when('s.id < ?', params.after)
    const sessions = context.db
      .prepare(
        'SELECT s.id, s.device_id, d.name AS device_name, s.persona_id, s.persona_version, s.user_id, s.state, s.epoch, json_array_length(s.handoff_history) AS handoffs, s.created_at, s.expires_at, s.ended_at FROM sessions s ' +
          `JOIN devices d ON d.id = s.device_id WHERE ${where.sql} ORDER BY s.id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { id: string }[]
    const turns = context.db.prepare(
      'SELECT t.id, t.device_id, t.phase, t.started_at, t.ended_at, t.end_reason, t.frames, t.lost_frames, c.file, c.duration_ms, c.bytes, c.completeness, c.expires_at ' +
        'FROM turns t LEFT JOIN audio_clips c ON c.turn_id = t.id WHERE t.session_id = ? ORDER BY t.started_at, t.id',
    )
    const { rows, next } = page(sessions, params.limit, (session) => session.id)
    const kept = rows.map((session) => ({ ...session, turns: turns.all(session.id) }))
    return { sessions: kept, ...(next === undefined ? {} : { next }) }
  },
})

export const COMMANDS = [
  listSessions,
  showTalk,
  talkLatency,
  deleteRecording,
  pauseTalk,
  resumeTalk,
  endTalk,
  handOverTalk,
] as const
