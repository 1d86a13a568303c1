import type { Context } from '../../engine/context.ts'
import { type ContextSnapshot, keepContext, stepOf } from './context-snapshot.ts'
import { speaks } from './opened-turn.ts'
import { SESSION_IDLE_MS } from './session-moves.ts'
import type { SessionRow } from './session-row.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** Somebody spoke, or was spoken to, as the hub went away: say sorry there as soon as the device is there. */
    own_up: { device: string; session: string; epoch: number; language: string }
  }
}

/** Somebody who waits for an answer that went with the hub is told so, where that was a moment ago. */
export function ownUp(context: Context, session: SessionRow): void {
  const step = stepOf(session.snapshot)
  if (step === 'idle' || step === 'follow_up' || session.version === 'none') return
  const { at = 0, turn = '' } = JSON.parse(session.snapshot) as Partial<ContextSnapshot>
  const { id, epoch, device } = session
  keepContext(context, { id, epoch }, { step: 'idle', device, turn })
  if (Math.abs(context.now - at) > SESSION_IDLE_MS) return
  const { language } = speaks(context, session)
  context.effect({ kind: 'own_up', device, session: id, epoch, language })
}
