import type { Context } from '../../engine/context.ts'
import { EMERGENCY_PRIORITY } from '../personas/definition.ts'
import type { SpeakingPersona } from '../personas/speaking-persona.ts'
import { closeSession, pauseSession, startSession } from './conversation.ts'
import { abandonHandoff } from './handoff-history.ts'
import type { SessionKey } from './session-moves.ts'
import { sessionAt, sessionRow } from './session-row.ts'

/** Who speaks in an emergency: the most urgent that is active. `null`: nobody is for that. */
export function emergencyPersona({ db }: Pick<Context, 'db'>): SpeakingPersona | null {
  const found = db
    .prepare(
      'SELECT id, current_version AS version, priority FROM personas WHERE is_active = 1 AND priority >= ? ORDER BY priority DESC, id LIMIT 1',
    )
    .get(EMERGENCY_PRIORITY)
  return (found as SpeakingPersona | undefined) ?? null
}

/**
 * Begins the session in which something urgent is said on a device: what runs there is paused, and given back when this one is over.
 * One that is under way is that session already.
 */
export function beginEmergency(
  context: Context,
  { device, house, persona }: { device: string; house: string; persona: SpeakingPersona },
): SessionKey {
  const running = sessionAt(context.db, device)
  if (running !== undefined) {
    if (isEmergency(context, running.persona)) return running
    const here = running.state === 'handed_off' ? abandonHandoff(context, running, 'an emergency') : running
    const row = here === null ? undefined : sessionRow(context.db, running.id)
    if (row !== undefined) pauseSession(context, row, { reason: 'emergency', givesBack: true })
  }
  return startSession(context, { device, house }, persona)
}

/** It was said. Whoever speaks back keeps the session open; it ends by itself when nobody does any more. */
export function endEmergency(context: Context, { id, epoch }: SessionKey): void {
  const row = sessionRow(context.db, id)
  if (row === undefined || row.epoch !== epoch || row.state !== 'active') return
  const answers = context.db.prepare('SELECT 1 FROM turns WHERE session_id = ?').get(id)
  if (answers === undefined) closeSession(context, row, 'said')
}

function isEmergency({ db }: Context, persona: string): boolean {
  const priority = db.prepare('SELECT priority FROM personas WHERE id = ?').pluck().get(persona) as number | undefined
  return (priority ?? 0) >= EMERGENCY_PRIORITY
}
