import type { Context } from '../../engine/context.ts'
import { moveSession } from './session-moves.ts'
import { SELECT_SESSION, type SessionRow } from './session-row.ts'

/**
 * Ends what a device or person is in that is being erased, without a word to anybody: no event of it comes behind those that were
 * looked at. A conversation in which something was said at other devices too goes to the last of them, with what was said there.
 */
export function endErasedSessions(context: Context, { what, key }: { what: 'device' | 'user'; key: string }): void {
  const { db, now } = context
  const open = db.prepare(`${SELECT_SESSION} WHERE s.${what}_id = ? AND s.state <> 'ended'`).all(key) as SessionRow[]
  for (const session of open) moveSession(context, session, 'end')
  if (what !== 'device') return
  db.prepare(
    'UPDATE sessions SET updated_at = @now, device_id = (SELECT t.device_id FROM turns t WHERE t.session_id = sessions.id AND t.device_id <> @key ORDER BY t.started_at DESC, t.id DESC LIMIT 1) ' +
      'WHERE device_id = @key AND EXISTS (SELECT 1 FROM turns t WHERE t.session_id = sessions.id AND t.device_id <> @key)',
  ).run({ now, key })
}
