import { emptyList, emptyObject, integer, json, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { devices } from '../devices/tables.ts'
import { personas } from '../personas/tables.ts'
import { users } from '../users/tables.ts'

/** A conversation. One row, which moves between devices. */
export const sessions = syncedTable(
  'sessions',
  'mutable',
  {
    id: textId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    persona_id: text()
      .notNull()
      .references(() => personas.id),
    persona_version: text().notNull(),
    user_id: text().references(() => users.id, { onDelete: 'set null' }),
    /** active, paused, ended, handed_off. */
    state: text().notNull().default('active'),
    context_snapshot: json<Record<string, unknown>>().notNull().default(emptyObject),
    handoff_history: json<unknown[]>().notNull().default(emptyList),
    metadata: json<Record<string, unknown>>().notNull().default(emptyObject),
    /** Fencing number: bumped at handoff, pause and restart; older messages are refused. */
    epoch: integer().notNull().default(1),
    expires_at: time(),
    ended_at: time(),
    ...stamps(),
  },
  {
    // A house keeps conversations when an account goes. Who erases a person at central means all of that person.
    named: { user_id: { table: 'users', owned: true } },
    purgedBy: 'created_at',
    extras: (t) => [
      core.index('ix_sessions_created').on(t.created_at),
      core.index('idx_session_state').on(t.state),
      core.index('idx_session_active').on(t.device_id, t.state),
      core.index('ix_sessions_persona').on(t.persona_id),
      core.index('ix_sessions_user').on(t.user_id),
    ],
  },
)

/** One utterance: from the first sound to the last. */
export const turns = syncedTable(
  'turns',
  'mutable',
  {
    /** Minted by the device, made unique with the device's id: `<device>/<turn>`. */
    id: textId(),
    session_id: text()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** open, ended. */
    phase: text().notNull(),
    started_at: time().notNull(),
    ended_at: time(),
    /** What the device said, or `cap`, `truncated`, `hub_restart` where the hub closed it. */
    end_reason: text(),
    frames: integer().notNull().default(0),
    lost_frames: integer().notNull().default(0),
    /** zlib CRC-32 of the PCM as the device counted it, eight hex digits. */
    checksum: text(),
    arbitration: json<Record<string, unknown>>().notNull().default(emptyObject),
    timings: json<Record<string, unknown>>().notNull().default(emptyObject),
    ...stamps(),
  },
  {
    purgedBy: 'started_at',
    extras: (t) => [
      core.index('ix_turns_started').on(t.started_at),
      core.index('ix_turns_session').on(t.session_id),
      core.index('ix_turns_device_time').on(t.device_id, t.started_at),
      core.index('ix_turns_phase').on(t.phase),
    ],
  },
)

/** What was said, as text. */
export const messages = syncedTable(
  'messages',
  'mutable',
  {
    id: textId(),
    session_id: text()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    turn_id: text().references(() => turns.id, { onDelete: 'set null' }),
    /** user, assistant. */
    role: text().notNull(),
    content: text().notNull(),
    audio_url: text(),
    persona_id: text(),
    response_latency_ms: integer(),
    tokens_used: integer(),
    timings: json<Record<string, unknown>>().notNull().default(emptyObject),
    ...stamps(),
  },
  {
    purgedBy: 'created_at',
    // A turn may have been at another device than its session began at: what was said in it goes with it.
    named: { turn_id: { table: 'turns', owned: true } },
    extras: (t) => [
      core.index('idx_message_session').on(t.session_id, t.created_at),
      core.index('idx_message_created').on(t.created_at),
      core.index('ix_messages_turn').on(t.turn_id),
    ],
  },
)

/** A recording beside the database. The row goes when the file goes. */
export const audioClips = syncedTable(
  'audio_clips',
  'mutable',
  {
    id: textId(),
    session_id: text()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    turn_id: text()
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** Name below the hub's `clips` folder, made by the hub. */
    file: text().notNull(),
    format: text().notNull(),
    duration_ms: integer().notNull(),
    bytes: integer().notNull(),
    frames: integer().notNull(),
    lost_frames: integer().notNull(),
    /** SHA-256 of the file, hex. */
    checksum: text().notNull(),
    /** complete, or truncated when the end never came or does not match. */
    completeness: text().notNull(),
    expires_at: time(),
    ...stamps(),
  },
  {
    purgedBy: 'created_at',
    extras: (t) => [
      core.index('ix_audio_clips_session').on(t.session_id),
      core.index('ix_audio_clips_turn').on(t.turn_id),
      core.index('ix_audio_clips_device').on(t.device_id),
      core.index('ix_audio_clips_expires').on(t.expires_at),
    ],
  },
)
