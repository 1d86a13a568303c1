import type { Session } from '../../shared/messages/session.ts'
import type { LightState } from '../gpio/status-light.ts'

/** What the light shows of a conversation; `null` when there is nothing to show. */
export function sessionLight({ step }: Session): LightState | null {
  if (step === 'thinking' || step === 'speaking' || step === 'listening') return step
  return step === 'follow_up' ? 'listening' : null
}
