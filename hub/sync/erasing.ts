import type { PendingErasure } from '../engine/erasure.ts'
import type { SyncEffect, SyncEvent, SyncState } from './sync-state.ts'

/** What the database says about it, as it was when it was last looked at. */
export function noteErasures(state: SyncState, here: { removing: boolean; pending: PendingErasure[] }): void {
  state.removing = here.removing
  state.erasures = here.pending.filter(({ id }) => !state.erased.has(id))
}

export function nextErasure(state: SyncState): SyncEffect | null {
  const [erasure] = state.erasures
  return erasure === undefined ? null : { kind: 'erase', erasure }
}

/** What the engine is to write down. The same one is asked for again until nothing of it is left. */
export function tookErasure(state: SyncState, answer: Extract<SyncEvent, { kind: 'erased' }>): SyncEffect {
  const { id, rows, done, refused } = answer
  if (done) state.erased.add(id)
  if (done || refused !== null) state.erasures = state.erasures.filter((erasure) => erasure.id !== id)
  return { kind: 'persist', step: { step: 'erased', id, rows, done, refused } }
}
