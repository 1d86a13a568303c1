import type { PendingErasure } from '../engine/erasure.ts'
import type { SyncEffect, SyncEvent, SyncState } from './sync-state.ts'

/** What the database says about it, as it was when it was last looked at. */
export function noteErasures(state: SyncState, here: { removing: boolean; pending: PendingErasure[] }): void {
  state.removing = here.removing
  const pending = new Set(here.pending.map(({ id }) => id))
  // It is written down that central answered; what is pending again later is to be asked again.
  for (const id of state.answered) if (!pending.has(id)) state.answered.delete(id)
  state.erasures = here.pending.filter(({ id }) => !state.answered.has(id))
}

/**
 * The next step of an erasure. `null` where there is none, and where one batch of live rows has its turn: after a step of the same
 * erasure, because a first step comes before whatever was read while its rows were here.
 */
export function nextErasure(state: SyncState, hasLive: boolean): SyncEffect | null {
  const [erasure] = state.erasures
  if (erasure === undefined) return null
  const isTurnOfLive = hasLive && state.erasing === erasure.id
  state.erasing = isTurnOfLive ? null : erasure.id
  return isTurnOfLive ? null : { kind: 'erase', erasure }
}

/** What the engine is to write down. The same one is asked for again until nothing of it is left. */
export function tookErasure(state: SyncState, answer: Extract<SyncEvent, { kind: 'erased' }>): SyncEffect {
  const { id, rows, done, refused } = answer
  if (done || refused !== null) state.answered.add(id)
  return { kind: 'persist', step: { step: 'erased', id, rows, done, refused } }
}
