import type {
  AckedPart,
  JoinedAnswer,
  ScopeAnswer,
  StreamPosition,
  SyncIdentity,
  SyncStep,
} from '../engine/sync-step.ts'
import { joinParts, NOTHING, nameOf } from './acked.ts'
import { hasEnded } from './judge.ts'
import type { Greeting, Pulled, ScopeState, Sent, SyncEffect, SyncEvent, SyncState, Waiting } from './state.ts'

/** A stream this far behind is split: what is new goes at once, what was missed follows. */
export const SPLIT_ROWS = 20_000
const FIRST_BATCH = 500
const LEAST_BATCH = 20
const LIVE_BATCH = 5_000
const BACKFILL_BATCH = 20_000
/** A batch that takes longer is made smaller, one that takes less than a quarter larger. */
const BATCH_MS = 1_000
const IDLE_MS = 1_000
/** Looks between two questions for central's rows, about a minute; and polls between two comparisons of all of them. */
const SCOPES_EVERY = 60
const CHECK_EVERY = 30
/** Batches the engine may be behind before sending stops. */
const UNSAVED_MOST = 64
const KEYS_MOST = 20_000

type Answer = Extract<SyncEvent, { kind: 'seen' | 'sent' | 'split' | 'swept' | 'scopes' | 'pulled' | 'reported' }>

export interface CoreStart {
  identity: SyncIdentity
  streams: StreamPosition[]
  /** Append-only tables, by name. */
  tables: readonly string[]
  scopes: { scope: string; seq: number }[]
  /** A new random lease. */
  mint: () => string
  /** Milliseconds to wait after the n-th failure in a row. */
  backoff: (failures: number) => number
}

/**
 * The upload and download between a hub and central as a machine without I/O: it is told what happened and says what is to
 * be done next. Everything it knows beyond what the engine has written down may be lost at any moment.
 */
export class SyncCore {
  readonly state: SyncState
  #mint: () => string
  #backoff: (failures: number) => number
  #polls = 0

  constructor(start: CoreStart) {
    this.#mint = start.mint
    this.#backoff = start.backoff
    this.state = {
      mode: start.identity.fenced === null ? 'away' : 'fenced',
      identity: start.identity,
      streams: start.streams,
      tables: start.tables,
      scopes: Object.fromEntries(start.scopes.map(({ scope, seq }) => [scope, scopeAt(seq)])),
      held: false,
      busy: null,
      saving: null,
      unsaved: [],
      hungry: [],
      batchRows: FIRST_BATCH,
      untilScopes: 0,
      failures: 0,
      lastError: start.identity.fenced,
    }
  }

  handle(event: SyncEvent): SyncEffect[] {
    switch (event.kind) {
      case 'start':
        return this.state.mode === 'fenced' ? [] : this.#greet()
      case 'claimed':
        return this.#claimed(event.identity)
      case 'persisted':
        return this.#persisted(event.step, event.answer)
      case 'not_persisted':
        return this.#notPersisted(event.step, event.reason)
      case 'greeted':
        return this.#greeted(event.outcome)
      case 'waited':
        if (this.state.mode === 'away') return this.#greet()
        return this.state.mode === 'running' && this.state.busy === null ? this.#look() : []
      case 'failed':
        return this.#failed(event.reason, event.during)
      case 'displaced':
        return this.#fence(event.reason)
      default:
        // An answer that comes after the connection was given up belongs to nobody.
        if (this.state.mode !== 'running') return []
        this.state.busy = null
        return this.#answered(event)
    }
  }

  #answered(event: Answer): SyncEffect[] {
    switch (event.kind) {
      case 'seen':
        return this.#seen(event.waiting, event.changes.waiting)
      case 'sent':
        return this.#sent(event.result)
      case 'split':
        this.#note({ ...NOTHING, stream: event.live })
        this.#note({ ...NOTHING, stream: event.part })
        return this.#look()
      case 'swept':
        if (!event.done) return this.#idle()
        this.state.identity.sweepFrom = null
        return [{ kind: 'persist', step: { step: 'swept' } }, ...this.#next()]
      case 'scopes':
        return this.#granted(event.granted)
      case 'pulled':
        return this.#pulled(event.scope, event.page)
      case 'reported':
        return this.#next()
    }
  }

  #claimed(identity: SyncIdentity): SyncEffect[] {
    this.state.identity = identity
    this.state.held = false
    this.state.lastError = null
    if (this.state.mode !== 'fenced') return []
    this.state.mode = 'away'
    return this.#greet()
  }

  #greet(): SyncEffect[] {
    const { state } = this
    state.mode = 'greeting'
    const proposed = state.identity.proposed ?? this.#mint()
    state.identity.proposed = proposed
    return [{ kind: 'persist', step: { step: 'propose', token: proposed } }]
  }

  #greeted(outcome: Greeting): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'greeting') return []
    if (outcome.kind === 'fenced') return this.#fence(outcome.reason)
    if (outcome.kind === 'wrong_site') return this.#failed(outcome.reason, 'greet')
    const { site, name } = outcome.facts
    state.identity = { ...state.identity, site, name }
    const token = state.identity.proposed ?? ''
    return [...this.#save(), { kind: 'persist', step: { step: 'joined', token, ...outcome.facts } }]
  }

  #persisted(step: SyncStep['step'], answer: unknown): SyncEffect[] {
    const { state } = this
    if (step === 'acked') {
      state.saving = null
      return this.#save()
    }
    if (step === 'propose') {
      return state.mode === 'greeting' ? [{ kind: 'greet', proposed: state.identity.proposed ?? '' }] : []
    }
    if (step === 'joined') return this.#joined(answer as JoinedAnswer)
    if (step === 'granted') return state.mode === 'running' ? this.#next() : []
    if (step === 'scope') return this.#scopeStored(answer as ScopeAnswer & { scope: string; seq: number })
    return []
  }

  #joined(answer: JoinedAnswer): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'greeting') return []
    state.mode = 'running'
    state.held = true
    state.failures = 0
    state.lastError = null
    state.streams = answer.streams
    const epoch = Math.max(0, ...answer.streams.map((stream) => stream.epoch))
    const { proposed } = state.identity
    state.identity = {
      ...state.identity,
      token: proposed,
      proposed: null,
      epoch,
      restored: false,
      sweepFrom: answer.sweepFrom,
    }
    state.untilScopes = 0
    state.busy = null
    return this.#look()
  }

  #notPersisted(step: SyncStep['step'], reason: string): SyncEffect[] {
    const { state } = this
    state.lastError = reason
    if (step === 'acked') {
      state.unsaved = [...(state.saving ?? []), ...state.unsaved]
      state.saving = null
      return []
    }
    return state.mode === 'fenced' ? [] : this.#failed(reason, 'persist')
  }

  #failed(reason: string, during: SyncEffect['kind']): SyncEffect[] {
    const { state } = this
    if (state.mode === 'fenced') return []
    state.mode = 'away'
    state.busy = null
    state.hungry = []
    state.lastError = reason
    state.failures += 1
    if (during === 'send') state.batchRows = Math.max(LEAST_BATCH, Math.floor(state.batchRows / 2))
    for (const scope of Object.values(state.scopes)) scope.gathered = []
    return [{ kind: 'hang_up' }, { kind: 'wait', ms: this.#backoff(state.failures) }]
  }

  #fence(reason: string): SyncEffect[] {
    const { state } = this
    state.mode = 'fenced'
    state.busy = null
    state.hungry = []
    state.lastError = reason
    state.identity = { ...state.identity, fenced: reason }
    return [{ kind: 'hang_up' }, ...this.#save(), { kind: 'persist', step: { step: 'fenced', reason } }]
  }

  #look(): SyncEffect[] {
    this.state.busy = 'look'
    return [{ kind: 'look' }]
  }

  #idle(): SyncEffect[] {
    return [{ kind: 'wait', ms: IDLE_MS }]
  }

  #seen(waiting: Waiting[], changes: number): SyncEffect[] {
    const { state } = this
    state.untilScopes -= 1
    for (const { stream, epoch, rows, newest } of waiting) {
      const at = state.streams.find((own) => nameOf(own) === nameOf({ stream, epoch }))
      if (at && at.upto === null && rows > SPLIT_ROWS) {
        state.busy = 'split'
        return [{ kind: 'split', stream: at, upto: newest }]
      }
    }
    const hungry = waiting.filter(({ rows }) => rows > 0).map(({ stream, epoch }) => nameOf({ stream, epoch }))
    const log = state.streams.find((stream) => stream.table === 'sync_changes' && stream.upto === null)
    if (changes > 0 && log) hungry.push(nameOf(log))
    // Those that were hungry keep their turn.
    state.hungry = [
      ...state.hungry.filter((name) => hungry.includes(name)),
      ...hungry.filter((name) => !state.hungry.includes(name)),
    ]
    return this.#next()
  }

  /** Live rows first, then what central has for this house, then what was put off. */
  #next(): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'running' || state.busy !== null) return []
    const save = this.#save()
    if (state.unsaved.length >= UNSAVED_MOST) return [...save, ...this.#idle()]
    const live = this.#hungry((stream) => stream.upto === null)
    if (live) return [...save, this.#send(live, LIVE_BATCH)]
    if (state.untilScopes <= 0) {
      state.untilScopes = SCOPES_EVERY
      state.busy = 'scopes'
      return [...save, { kind: 'scopes' }]
    }
    for (const [scope, { seq, latest, whole, gathered, check }] of Object.entries(state.scopes)) {
      if (seq >= latest && !whole && !check) continue
      state.busy = 'pull'
      const after = whole ? (gathered.at(-1)?.seq ?? 0) : seq
      return [...save, { kind: 'pull', scope, after, whole }]
    }
    const { sweepFrom } = state.identity
    if (sweepFrom !== null && !state.saving) {
      state.busy = 'sweep'
      return [...save, { kind: 'sweep', from: sweepFrom }]
    }
    const part = this.#hungry(() => true)
    if (part) return [...save, this.#send(part, BACKFILL_BATCH)]
    return [...save, ...this.#idle()]
  }

  #hungry(fits: (stream: StreamPosition) => boolean): StreamPosition | null {
    for (const name of this.state.hungry) {
      const stream = this.state.streams.find((candidate) => nameOf(candidate) === name)
      if (stream && !hasEnded(stream) && fits(stream)) return stream
    }
    return null
  }

  #send(stream: StreamPosition, most: number): SyncEffect {
    this.state.busy = 'send'
    return { kind: 'send', stream, rows: Math.min(most, this.state.batchRows) }
  }

  #sent(result: Sent): SyncEffect[] {
    const { state } = this
    const { more, tookMs, ...part } = result
    const name = nameOf(part.stream)
    this.#note(part)
    // To the end of the queue, so that no table keeps the others waiting.
    state.hungry = state.hungry.filter((other) => other !== name)
    if (more) state.hungry.push(name)
    if (tookMs > BATCH_MS) state.batchRows = Math.max(LEAST_BATCH, Math.floor(state.batchRows / 2))
    else if (tookMs < BATCH_MS / 4 && part.ledger.rows >= state.batchRows)
      state.batchRows = Math.min(BACKFILL_BATCH, state.batchRows * 2)
    state.lastError = null
    // What was put off looks up after every batch: something new may have come.
    if (part.stream.upto !== null) return [...this.#save(), ...this.#look()]
    return this.#next()
  }

  #granted(granted: { scope: string; seq: number }[]): SyncEffect[] {
    const { state } = this
    const names = new Set(granted.map(({ scope }) => scope))
    const same =
      granted.length === Object.keys(state.scopes).length && granted.every(({ scope }) => scope in state.scopes)
    const check = this.#polls % CHECK_EVERY === 0
    this.#polls += 1
    const before = new Map(Object.entries(state.scopes))
    state.scopes = Object.fromEntries(
      granted.map(({ scope, seq }) => {
        const known = before.get(scope) ?? scopeAt(0)
        // Central may have been put back to an earlier time.
        return [scope, { ...known, latest: seq, whole: known.whole || known.seq > seq, check: known.check || check }]
      }),
    )
    if (same) return this.#next()
    return [{ kind: 'persist', step: { step: 'granted', scopes: [...names] } }]
  }

  #pulled(scope: string, page: Pulled): SyncEffect[] {
    const known = this.state.scopes[scope]
    if (!known) return this.#next()
    if (known.whole) {
      known.gathered.push(...page.rows)
      if (page.checksum === null) return this.#next()
      const rows = known.gathered
      known.gathered = []
      this.state.busy = 'pull'
      return [
        { kind: 'persist', step: { step: 'scope', scope, seq: page.seq, checksum: page.checksum, rows, whole: true } },
      ]
    }
    this.state.busy = 'pull'
    const step = {
      step: 'scope',
      scope,
      seq: page.seq,
      checksum: page.checksum,
      rows: page.rows,
      whole: false,
    } as const
    return [{ kind: 'persist', step }]
  }

  #scopeStored({ scope, seq, ...answer }: ScopeAnswer & { scope: string; seq: number }): SyncEffect[] {
    const { state } = this
    const known = state.scopes[scope]
    if (state.mode !== 'running' || !known) return []
    state.busy = null
    const wasWhole = known.whole
    known.seq = seq
    known.latest = Math.max(known.latest, seq)
    known.whole = false
    known.check = false
    if (answer.ok === null) return this.#next()
    if (!answer.ok && !wasWhole) {
      known.whole = true
      return this.#next()
    }
    if (!answer.ok) state.lastError = `the rows of ${scope} do not add up after they were fetched whole`
    state.busy = 'report'
    return [{ kind: 'report', scope, seq, answer }]
  }

  #save(): SyncEffect[] {
    const { state } = this
    if (state.saving || state.unsaved.length === 0) return []
    const parts = state.unsaved
    state.saving = parts
    state.unsaved = []
    return [{ kind: 'persist', step: { step: 'acked', parts } }]
  }

  /** Remembers where a stream stands, here and for the engine. */
  #note(part: AckedPart): void {
    const { streams, unsaved } = this.state
    const name = nameOf(part.stream)
    const at = streams.findIndex((stream) => nameOf(stream) === name)
    streams.splice(at < 0 ? streams.length : at, 1, part.stream)
    const last = unsaved.findLastIndex(({ stream }) => nameOf(stream) === name)
    const known = unsaved[last]
    if (!known || known.settled.length + part.settled.length > KEYS_MOST) unsaved.push(part)
    else unsaved[last] = joinParts(known, part)
  }
}

function scopeAt(seq: number): ScopeState {
  return { seq, latest: seq, whole: false, gathered: [], check: true }
}
