import { LaresError } from '../../../shared/errors.ts'
import { CLIPS } from '../../../shared/limits.ts'
import type { Turn } from '../../../shared/messages/turn.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Recording } from '../../engine/input.ts'
import { COMPANION } from '../personas/seed.ts'

/** After this long without a turn the next one starts a new session. */
const SESSION_IDLE_MS = 120_000

interface TurnRow {
  id: string
  session_id: string
  phase: string
}

interface SessionRow {
  id: string
  epoch: number
}

/** Turns, the sessions they belong to and the clips they leave. */
export class Turns {
  #readTurn: Statement
  #insertTurn: Statement
  #endTurn: Statement
  #activeSession: Statement
  #insertClip: Statement

  constructor(db: Database) {
    this.#readTurn = db.prepare('SELECT id, session_id, phase FROM turns WHERE id = ?')
    this.#insertTurn = db.prepare(
      "INSERT INTO turns (id, session_id, device_id, phase, started_at, timings, created_at, updated_at) VALUES (?, ?, ?, 'open', ?, ?, ?, ?)",
    )
    this.#endTurn = db.prepare(
      "UPDATE turns SET phase = 'ended', ended_at = ?, end_reason = ?, frames = ?, lost_frames = ?, checksum = ?, updated_at = ? WHERE id = ?",
    )
    this.#activeSession = db.prepare(
      "SELECT id, epoch FROM sessions WHERE device_id = ? AND state = 'active' AND expires_at > ? ORDER BY created_at DESC LIMIT 1",
    )
    this.#insertClip = db.prepare(
      'INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, ' +
        'completeness, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
  }

  /** Opens a turn in the device's session, or in a new one. Idempotent by the turn's id. */
  start(context: Context, turn: Turn, origin: { device: string; house: string }): void {
    const id = turnId(origin.device, turn.turn)
    if (this.#readTurn.get(id)) return
    const session = this.#session(context, origin)
    const timings = JSON.stringify({
      trigger: turn.trigger ?? null,
      preroll_ms: turn.preroll,
      device_at: turn.at ?? null,
    })
    this.#insertTurn.run(id, session.id, origin.device, context.now, timings, context.now, context.now)
    this.#tell(context, origin.device, { session, turn: turn.turn, step: 'granted' })
  }

  /**
   * Closes a turn with its recording. The file is synced and in place already. A repeated end changes nothing and is
   * answered again, because the device repeats it until it hears `stored`.
   */
  end(
    context: Context,
    end: { device: string; house: string; turn: string; message: Turn | null; recording: Recording | null },
  ): 'stored' | 'duplicate' {
    const { device, message, recording } = end
    const id = turnId(device, end.turn)
    let row = this.#readTurn.get(id) as TurnRow | undefined
    if (!row && message) {
      this.start(context, message, end)
      row = this.#readTurn.get(id) as TurnRow
    }
    if (!row) throw new LaresError('not_found', `there is no turn ${end.turn}`)
    const session = this.#sessionOf(context, row.session_id)
    if (row.phase === 'ended') {
      this.#tell(context, device, { session, turn: end.turn, step: 'stored', reason: 'stored before' })
      return 'duplicate'
    }
    const reason = endReason(message, recording)
    const frames = recording?.frames ?? 0
    const checksum = recording ? recording.crc32.toString(16).padStart(8, '0') : null
    this.#endTurn.run(context.now, reason, frames, recording?.lostFrames ?? 0, checksum, context.now, id)
    if (recording) this.#clip(context, { ...end, recording, turnId: id, session: session.id })
    context.db
      .prepare('UPDATE sessions SET expires_at = ?, updated_at = ? WHERE id = ?')
      .run(context.now + SESSION_IDLE_MS, context.now, session.id)
    this.#tell(context, device, {
      session,
      turn: end.turn,
      step: 'stored',
      ...(reason === 'truncated' ? { reason } : {}),
    })
    return 'stored'
  }

  /** At start: what was open when the hub went away is closed, and files that no row knows are swept by the front. */
  closeOpen(context: Context): void {
    context.db
      .prepare(
        "UPDATE turns SET phase = 'ended', ended_at = ?, end_reason = 'hub_restart', updated_at = ? WHERE phase = 'open'",
      )
      .run(context.now, context.now)
    context.effect({
      kind: 'keep_files',
      clips: context.db.prepare('SELECT file FROM audio_clips').pluck().all() as string[],
    })
  }

  /** Sessions nobody spoke in for a while are over. */
  endIdleSessions(context: Context): void {
    const idle = context.db
      .prepare("SELECT id, device_id FROM sessions WHERE state = 'active' AND expires_at <= ?")
      .all(context.now) as { id: string; device_id: string }[]
    for (const { id, device_id } of idle) {
      context.db
        .prepare("UPDATE sessions SET state = 'ended', ended_at = ?, updated_at = ? WHERE id = ?")
        .run(context.now, context.now, id)
      context.addEvent({ type: 'session_end', device: device_id, session: id })
    }
  }

  /** Removes clips past their time, and the oldest beyond the room for clips. The files go after the commit. */
  expireClips(context: Context): void {
    const remove = context.db.prepare('DELETE FROM audio_clips WHERE id = ?')
    const drop = (rows: { id: string; file: string }[]) => {
      for (const { id, file } of rows) {
        remove.run(id)
        context.effect({ kind: 'delete_clip', file })
      }
    }
    drop(
      context.db.prepare('SELECT id, file FROM audio_clips WHERE expires_at <= ? LIMIT 1000').all(context.now) as {
        id: string
        file: string
      }[],
    )
    let over = Number(context.db.prepare('SELECT coalesce(sum(bytes), 0) FROM audio_clips').pluck().get()) - CLIPS.bytes
    if (over <= 0) return
    const oldest = context.db
      .prepare('SELECT id, file, bytes FROM audio_clips ORDER BY created_at, id LIMIT 1000')
      .all() as { id: string; file: string; bytes: number }[]
    for (const clip of oldest) {
      if (over <= 0) break
      drop([clip])
      over -= clip.bytes
    }
  }

  #clip(
    context: Context,
    end: { device: string; recording: Recording; turnId: string; session: string; message: Turn | null },
  ): void {
    const { recording, message } = end
    const complete =
      recording.lostFrames === 0 &&
      message !== null &&
      message.frames === recording.frames &&
      message.crc32 === recording.crc32
    const { now } = context
    this.#insertClip.run(
      context.id(),
      end.session,
      end.turnId,
      end.device,
      recording.file,
      'wav_pcm_s16le_16000_mono',
      recording.durationMs,
      recording.bytes,
      recording.frames,
      recording.lostFrames,
      recording.sha256,
      complete ? 'complete' : 'truncated',
      now + CLIPS.ageMs,
      now,
      now,
    )
  }

  #session(context: Context, { device, house }: { device: string; house: string }): SessionRow {
    const active = this.#activeSession.get(device, context.now) as SessionRow | undefined
    if (active) return active
    const { now } = context
    const persona = context.db
      .prepare(
        'SELECT p.id, p.current_version FROM personas p JOIN devices d ON d.id = ? WHERE p.id = coalesce(d.active_persona_id, ?)',
      )
      .get(device, COMPANION) as { id: string; current_version: string }
    const id = context.id()
    context.db
      .prepare(
        'INSERT INTO sessions (id, device_id, persona_id, persona_version, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(id, device, persona.id, persona.current_version, now + SESSION_IDLE_MS, now, now)
    context.db.prepare('UPDATE devices SET active_session_id = ?, updated_at = ? WHERE id = ?').run(id, now, device)
    context.addEvent({ type: 'session_start', device, house, session: id })
    return { id, epoch: 1 }
  }

  #sessionOf(context: Context, id: string): SessionRow {
    return context.db.prepare('SELECT id, epoch FROM sessions WHERE id = ?').get(id) as SessionRow
  }

  #tell(
    context: Context,
    device: string,
    { session, ...step }: { session: SessionRow; turn: string; step: string; reason?: string },
  ): void {
    const payload = JSON.stringify({ session: session.id, epoch: session.epoch, ...step })
    context.effect({
      kind: 'publish',
      topic: context.topics.build('session', { device }),
      payload,
      qos: 1,
      retain: false,
    })
  }
}

/** Turn ids are minted by devices; with the device's id in front they are unique in the house. */
export function turnId(device: string, turn: string): string {
  return `${device}/${turn}`
}

function endReason(message: Turn | null, recording: Recording | null): string {
  if (recording?.closedBy === 'cap') return 'cap'
  if (!message) return 'truncated'
  if (!recording && (message.frames ?? 0) > 0) return 'truncated'
  return message.reason ?? 'stopped'
}
