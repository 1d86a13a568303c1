import { CLIPS } from '../../../shared/limits.ts'
import type { Turn } from '../../../shared/messages/turn.ts'
import type { Context } from '../../engine/context.ts'
import type { Recording } from '../../engine/recording.ts'
import { purgeRow, raisePurged } from '../../store/purged.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'

/** Rows looked at in one transaction; the rest waits for the next look. */
const AT_ONCE = 1_000
const DAY_MS = 86_400_000

export interface NewClip {
  device: string
  session: string
  turnId: string
  recording: Recording
  /** The device's end; `null` when the hub closed the turn. */
  message: Turn | null
}

/** Adds the row of a recording. It is complete only when the device's own count and checksum say so. */
export function addClip(context: Context, clip: NewClip): void {
  const { recording, message } = clip
  const complete =
    recording.lostFrames === 0 && message?.frames === recording.frames && message.crc32 === recording.crc32
  const { now } = context
  context.db
    .prepare(
      'INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, ' +
        'completeness, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      context.id(),
      clip.session,
      clip.turnId,
      clip.device,
      recording.file,
      'wav_pcm_s16le_16000_mono',
      recording.durationMs,
      recording.bytes,
      recording.frames,
      recording.lostFrames,
      recording.sha256,
      complete ? 'complete' : 'truncated',
      now + keptFor(context, clip),
      now,
      now,
    )
}

/** As long as the persona of the session keeps sound, and no longer than the house does. */
function keptFor({ db }: Context, { session, turnId }: Pick<NewClip, 'session' | 'turnId'>): number {
  const row = db.prepare('SELECT persona_id, persona_version FROM sessions WHERE id = ?').get(session) as {
    persona_id: string
    persona_version: string
  }
  const { privacy } = pinnedDefinition(db, row.persona_id, row.persona_version).behavior_config
  if (isMarked(db, turnId, 'not_meant')) return 0
  const days = privacy.audio_days ?? (isMarked(db, turnId, 'heard') ? 0 : CLIPS.ageMs / DAY_MS)
  return Math.min(CLIPS.ageMs, days * DAY_MS)
}

function isMarked(db: Context['db'], turnId: string, mark: 'heard' | 'not_meant'): boolean {
  return db.prepare(`SELECT timings ->> '${mark}' FROM turns WHERE id = ?`).pluck().get(turnId) === 1
}

/** The words of a turn are known: its sound goes, where the persona does not say how long it stays. It may come only later. */
export function letSoundGo({ db, now }: Context, turn: { id: string; persona: string; version: string }): void {
  db.prepare("UPDATE turns SET timings = json_set(timings, '$.heard', 1), updated_at = ? WHERE id = ?").run(
    now,
    turn.id,
  )
  if (pinnedDefinition(db, turn.persona, turn.version).behavior_config.privacy.audio_days !== null) return
  expireNow({ db, now }, turn.id)
}

/** Nobody here was meant by what was said: its sound goes, however long the persona keeps that of others. It may come only later. */
export function dropSound({ db, now }: Context, turnId: string): void {
  db.prepare("UPDATE turns SET timings = json_set(timings, '$.not_meant', 1), updated_at = ? WHERE id = ?").run(
    now,
    turnId,
  )
  expireNow({ db, now }, turnId)
}

function expireNow({ db, now }: Pick<Context, 'db' | 'now'>, turnId: string): void {
  db.prepare('UPDATE audio_clips SET expires_at = ?, updated_at = ? WHERE turn_id = ?').run(now, now, turnId)
}

/** Removes the file of a recording that came to nothing: no row of the turn has it. */
export function dropUnknownFile(context: Context, turnId: string, recording: Recording | null): void {
  if (!recording) return
  const known = context.db
    .prepare('SELECT 1 FROM audio_clips WHERE turn_id = ? AND file = ?')
    .get(turnId, recording.file)
  if (!known) context.effect({ kind: 'delete_clip', file: recording.file })
}

/** At start: the front keeps these files and removes all others. */
export function keepKnownFiles(context: Context): void {
  const clips = context.db.prepare('SELECT file FROM audio_clips').pluck().all() as string[]
  context.effect({ kind: 'keep_files', clips })
}

interface StoredClip {
  id: string
  file: string
  created_at: number
}

/** Purges a clip: its row now, its file after the commit. Central keeps what it knows of it. */
export function dropClip(context: Context, { id, file, created_at }: StoredClip): void {
  purgeRow(context.db, 'audio_clips', id)
  raisePurged(context.db, { audio_clips: created_at })
  context.effect({ kind: 'delete_clip', file })
}

/** Removes clips past their time, and the oldest beyond the room for clips. The files go after the commit. */
export function expireClips(context: Context): void {
  const { db, now } = context
  const old = db.prepare('SELECT id, file, created_at FROM audio_clips WHERE expires_at <= ? LIMIT ?').all(now, AT_ONCE)
  for (const clip of old as StoredClip[]) dropClip(context, clip)
  let over = Number(db.prepare('SELECT coalesce(sum(bytes), 0) FROM audio_clips').pluck().get()) - CLIPS.bytes
  if (over <= 0) return
  const oldest = db
    .prepare('SELECT id, file, bytes, created_at FROM audio_clips ORDER BY created_at, id LIMIT ?')
    .all(AT_ONCE)
  for (const clip of oldest as (StoredClip & { bytes: number })[]) {
    if (over <= 0) break
    dropClip(context, clip)
    over -= clip.bytes
  }
}
