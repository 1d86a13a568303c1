import type { AckedPart, StreamPosition } from '../engine/sync-step.ts'
import { joinParts } from './acked.ts'
import { streamName } from './stream-position.ts'
import type { SyncEffect, SyncState } from './sync-state.ts'

/** Keys of settled rows in one part. */
const KEYS_MOST = 20_000

type Unsaved = Pick<SyncState, 'streams' | 'unsaved' | 'saving'>

/** Puts a stream where it stands now, at the end when it is new. */
export function placeStream({ streams }: Pick<SyncState, 'streams'>, stream: StreamPosition): void {
  const at = streams.findIndex((own) => streamName(own) === streamName(stream))
  streams.splice(at < 0 ? streams.length : at, 1, stream)
}

/** Remembers where a stream stands, here and for the engine. */
export function noteMoved(state: Unsaved, part: AckedPart): void {
  const { unsaved } = state
  const name = streamName(part.stream)
  placeStream(state, part.stream)
  const last = unsaved.findLastIndex(({ stream }) => streamName(stream) === name)
  const known = unsaved[last]
  if (!known || known.settled.length + part.settled.length > KEYS_MOST) unsaved.push(part)
  else unsaved[last] = joinParts(known, part)
}

/** Rows that central has, and of which the engine has not written down that it has them. */
export function unsavedRows({ saving, unsaved }: Unsaved): number {
  return [...(saving ?? []), ...unsaved].reduce((sum, { ledger }) => sum + ledger.rows, 0)
}

/** Has the engine write down what it does not know yet, one step after the other. */
export function saveUnsaved(state: Unsaved): SyncEffect[] {
  if (state.saving || state.unsaved.length === 0) return []
  const parts = state.unsaved
  state.saving = parts
  state.unsaved = []
  return [{ kind: 'persist', step: { step: 'acked', parts } }]
}

/** The engine did not write it down: it goes with what came since. */
export function takeBackUnsaved(state: Unsaved): void {
  state.unsaved = [...(state.saving ?? []), ...state.unsaved]
  state.saving = null
}
