import type { ScopeAnswer } from '../engine/sync-step.ts'
import type { GrantedScope, Pulled, ScopeState, SyncEffect, SyncState } from './sync-state.ts'

/** The engine's answer to a page of a scope. */
export type StoredScope = ScopeAnswer & { scope: string; seq: number }

/** A scope that this house has up to `seq`. It is compared with central once, whatever came in between. */
export function scopeAt(seq: number): ScopeState {
  return { seq, latest: seq, whole: false, gathered: [], check: true, checksum: null, refusing: false }
}

/** The next page to ask for, or `null` when this house has everything. */
export function nextPull(state: SyncState): SyncEffect | null {
  for (const [scope, { seq, latest, whole, gathered, check }] of Object.entries(state.scopes)) {
    if (seq >= latest && !whole && !check) continue
    return { kind: 'pull', scope, after: whole ? (gathered.at(-1)?.seq ?? 0) : seq, whole }
  }
  return null
}

/** Takes over which scopes there are. `check`: all of them are to be compared although nothing new came. */
export function takeGranted(state: SyncState, granted: GrantedScope[], check: boolean): SyncEffect | null {
  const before = new Map(Object.entries(state.scopes))
  const same = granted.length === before.size && granted.every(({ scope }) => before.has(scope))
  state.scopes = Object.fromEntries(
    granted.map(({ scope, seq, checksum }) => {
      const known = before.get(scope) ?? scopeAt(0)
      // Central may have been put back to an earlier time: then its rows are fetched beside. Behind a pooler nobody notices
      // that but by the sum, when it has reached the same number with other rows.
      const other = known.checksum !== null && known.checksum !== checksum
      const whole = known.whole || known.seq > seq
      return [scope, { ...known, latest: seq, whole, check: known.check || check || other }]
    }),
  )
  if (!same) recheckRefusing(state)
  return same ? null : { kind: 'persist', step: { step: 'granted', scopes: granted.map(({ scope }) => scope) } }
}

/** A page came: the engine gets it, or the whole scope once its last page is there. */
export function takePage(state: SyncState, scope: string, page: Pulled): SyncEffect | null {
  const known = state.scopes[scope]
  if (!known) return null
  const { seq, checksum } = page
  known.checksum = checksum
  if (!known.whole)
    return { kind: 'persist', step: { step: 'scope', scope, seq, checksum, rows: page.rows, whole: false } }
  known.gathered.push(...page.rows)
  if (checksum === null) return null
  const rows = known.gathered
  known.gathered = []
  return { kind: 'persist', step: { step: 'scope', scope, seq, checksum, rows, whole: true } }
}

/** The engine has it. What does not add up is fetched whole, once; how it went is told to central. */
export function takeStored(state: SyncState, { scope, seq, ...answer }: StoredScope): SyncEffect | null {
  const known = state.scopes[scope]
  if (!known) return null
  const wasWhole = known.whole
  // What came may be what rows of other scopes waited for. A mere comparison brings nothing, or two scopes that never add
  // up would set each other off for ever.
  if (seq !== known.seq) recheckRefusing(state)
  Object.assign(known, { seq, latest: Math.max(known.latest, seq), whole: false, check: false })
  if (answer.ok === null) return null
  known.refusing = answer.refused.length > 0
  if (!answer.ok && !wasWhole) {
    known.whole = true
    return null
  }
  if (!answer.ok) state.lastError = `the rows of ${scope} do not add up after they were fetched whole`
  return { kind: 'report', scope, seq, answer }
}

/** Scopes of which this house refused rows are compared once more: what was in their way may be gone. */
export function recheckRefusing(state: SyncState): void {
  for (const scope of Object.values(state.scopes)) scope.check ||= scope.refusing
}
