import type { Context } from '../../engine/context.ts'
import { purgeRow, raisePurged } from '../../store/purged.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'

/** Rows that go in one transaction; the rest waits for the next look. */
const AT_ONCE = 1_000
const DAY_MS = 86_400_000

/**
 * Removes words that are older than their persona keeps them, as its version said when they were spoken. Others are kept as the house keeps
 * conversations. Central keeps what it was sent: an erasure reaches there.
 */
export function expireTranscripts({ db, now }: Pick<Context, 'db' | 'now'>): void {
  const spoken = db.prepare('SELECT DISTINCT persona_id AS persona, persona_version AS version FROM sessions').all()
  for (const { persona, version } of spoken as { persona: string; version: string }[]) {
    const { transcript_days: days } = pinnedDefinition(db, persona, version).behavior_config.privacy
    if (days === null) continue
    const old = db
      .prepare(
        'SELECT m.id, m.created_at FROM messages m JOIN sessions s ON s.id = m.session_id ' +
          'WHERE m.created_at <= ? AND s.persona_id = ? AND s.persona_version = ? ORDER BY m.created_at LIMIT ?',
      )
      .all(now - days * DAY_MS, persona, version, AT_ONCE) as { id: string; created_at: number }[]
    for (const { id, created_at } of old) {
      purgeRow(db, 'messages', id)
      raisePurged(db, { messages: created_at })
    }
  }
}
