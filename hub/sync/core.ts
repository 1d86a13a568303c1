import { UNSURE_ROWS } from '../engine/sync-memory.ts'
import type { JoinedAnswer, StreamPosition, SyncIdentity, SyncStep } from '../engine/sync-step.ts'
import { NOTHING } from './acked.ts'
import { nextErasure, noteErasures, tookErasure } from './erasing.ts'
import { movedUnder } from './history.ts'
import {
  nextPull,
  recheckRefusing,
  type StoredScope,
  scopeAt,
  takeGranted,
  takePage,
  takeStored,
} from './scope-pull.ts'
import { hasEnded, streamName } from './stream-position.ts'
import type { HandshakeOutcome, Sent, SyncEffect, SyncEvent, SyncState, Waiting } from './sync-state.ts'
import { noteMoved, placeStream, saveUnsaved, takeBackUnsaved, unsavedRows } from './unsaved.ts'

/** A stream this far behind is split: what is new goes at once, what was missed follows. */
const SPLIT_ROWS = 20_000
const FIRST_BATCH = 500
const LEAST_BATCH = 20
const LIVE_BATCH = 5_000
const BACKFILL_BATCH = 10_000
/** A batch that takes longer is made smaller, one that takes less than a quarter larger. */
const BATCH_MS = 1_000
const IDLE_MS = 1_000
/** Looks between two questions for central's rows, about a minute; and polls between two comparisons of all of them. */
const SCOPES_EVERY = 60
const CHECK_EVERY = 30
/** Looks until central is asked again for what the house lost, after it or the engine could not: about ten minutes. */
const FETCH_RESTS = 600
/** Rows the engine may be behind before sending stops; `UNSURE_ROWS` of sync-memory.ts counts on it. */
const UNSAVED_MOST = UNSURE_ROWS - BACKFILL_BATCH

type Answer = Extract<
  SyncEvent,
  { kind: 'seen' | 'sent' | 'split' | 'pruned' | 'erased' | 'scopes' | 'pulled' | 'reported' | 'fetched' }
>

export interface CoreStart {
  identity: SyncIdentity
  streams: StreamPosition[]
  scopes: { scope: string; seq: number }[]
  /** A new random lease. */
  mint: () => string
  /** Milliseconds to wait after the n-th failure in a row. */
  backoff: (failures: number) => number
  /** Rows that wait in a stream before it is split. Default: 20 000. */
  splitRows?: number
  /** Tables of which central may manage rows. */
  managed?: ReadonlySet<string>
}

/**
 * The upload and download between a hub and central as a machine without I/O: it is told what happened and says what is to
 * be done next. Everything it knows beyond what the engine has written down may be lost at any moment.
 */
export class SyncCore {
  readonly state: SyncState
  #mint: () => string
  #backoff: (failures: number) => number
  #splitRows: number
  #managed: ReadonlySet<string>
  #polls = 0
  #timer = 0
  /** The lease that this process minted last, until central answered to it. */
  #minted: string | null = null

  constructor(start: CoreStart) {
    this.#mint = start.mint
    this.#backoff = start.backoff
    this.#splitRows = start.splitRows ?? SPLIT_ROWS
    this.#managed = start.managed ?? new Set()
    this.state = {
      mode: start.identity.fenced === null ? 'disconnected' : 'fenced',
      identity: start.identity,
      streams: start.streams,
      scopes: Object.fromEntries(start.scopes.map(({ scope, seq }) => [scope, scopeAt(seq)])),
      heldLease: false,
      busy: null,
      saving: null,
      unsaved: [],
      ready: [],
      batchRows: FIRST_BATCH,
      removing: false,
      erasures: [],
      answered: new Set(),
      erasing: null,
      untilScopes: 0,
      lost: null,
      untilFetch: 0,
      failures: 0,
      lastError: start.identity.fenced,
    }
  }

  handle(event: SyncEvent): SyncEffect[] {
    switch (event.kind) {
      case 'start':
        return this.state.mode === 'fenced' ? [] : this.#handshake()
      case 'claimed':
        return this.#claimed(event)
      case 'persisted':
        return this.#persisted(event.step, event.answer)
      case 'not_persisted':
        return this.#notPersisted(event.step, event.reason)
      case 'handshake_done':
        return this.#handshakeDone(event.outcome)
      case 'waited':
        if (event.timer !== this.#timer) return []
        if (this.state.mode === 'disconnected') return this.#handshake()
        return this.state.mode === 'running' && this.state.busy === null ? this.#look() : []
      case 'failed':
        return this.#failed(event.reason, event.during)
      case 'lease_lost':
        return this.#fence(event.reason)
      default:
        // An answer to what was asked over a connection that was closed since.
        if (this.state.mode !== 'running') return []
        this.state.busy = null
        return this.#answered(event)
    }
  }

  #answered(event: Answer): SyncEffect[] {
    const { state } = this
    switch (event.kind) {
      case 'seen':
        noteErasures(state, event.erasures)
        state.lost = event.lost
        return this.#seen(event.waiting, event.changes.waiting)
      case 'sent':
        return this.#sent(event.result)
      case 'split':
        noteMoved(state, { ...NOTHING, stream: event.live })
        noteMoved(state, { ...NOTHING, stream: event.part })
        return this.#look()
      case 'pruned':
        if (!event.stream) return [this.#wait(IDLE_MS)]
        state.identity.pruneFrom = null
        placeStream(state, event.stream)
        return [{ kind: 'persist', step: { step: 'pruned', stream: event.stream } }, ...this.#next()]
      case 'erased':
        return [tookErasure(state, event), ...this.#look()]
      case 'scopes':
        return this.#then(takeGranted(state, event.granted, this.#polls++ % CHECK_EVERY === 0))
      case 'pulled':
        return this.#then(takePage(state, event.scope, event.page))
      case 'reported':
        return this.#next()
      case 'fetched':
        if (event.page === 'failed') state.untilFetch = FETCH_RESTS
        if (typeof event.page === 'string') return [this.#wait(IDLE_MS)]
        return this.#then({ kind: 'persist', step: { step: 'fetched', ...event.page } })
    }
  }

  #claimed({ identity, streams }: { identity: SyncIdentity; streams: StreamPosition[] }): SyncEffect[] {
    const anew: Partial<SyncState> = {
      identity,
      streams,
      heldLease: false,
      unsaved: [],
      mode: 'disconnected',
      lastError: null,
    }
    Object.assign(this.state, anew)
    return [...this.#disconnect(), this.#wait(0)]
  }

  #disconnect(): SyncEffect[] {
    this.state.busy = null
    this.state.ready = []
    return [{ kind: 'disconnect' }]
  }

  #wait(ms: number): SyncEffect {
    this.#timer += 1
    return { kind: 'wait', ms, timer: this.#timer }
  }

  #handshake(): SyncEffect[] {
    const { state } = this
    state.mode = 'handshake'
    // What a former process proposed may stand on a copied card as well: each process proposes its own.
    this.#minted ??= this.#mint()
    const { proposed } = state.identity
    if (!proposed.includes(this.#minted)) state.identity = { ...state.identity, proposed: [...proposed, this.#minted] }
    return [{ kind: 'persist', step: { step: 'propose', token: this.#minted } }]
  }

  #handshakeDone(outcome: HandshakeOutcome): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'handshake') return []
    if (outcome.kind === 'fenced') return this.#fence(outcome.reason)
    if (outcome.kind === 'wrong_site') return this.#failed(outcome.reason, 'handshake')
    const { site, name, leases } = outcome.facts
    state.identity = { ...state.identity, site, name, leases }
    const token = this.#minted ?? ''
    return [...saveUnsaved(state), { kind: 'persist', step: { step: 'joined', token, ...outcome.facts } }]
  }

  #persisted(step: SyncStep['step'], answer: unknown): SyncEffect[] {
    const { state } = this
    if (step === 'acked') {
      state.saving = null
      return [...saveUnsaved(state), ...this.#next()]
    }
    if (step === 'propose') {
      return state.mode === 'handshake' ? [{ kind: 'handshake', proposed: this.#minted ?? '' }] : []
    }
    if (step === 'joined') return this.#joined(answer as JoinedAnswer)
    if (!['granted', 'scope', 'fetched'].includes(step) || state.mode !== 'running') return []
    state.busy = null
    // One page in a look: whatever is new goes before the next.
    if (step === 'fetched') return [this.#wait(IDLE_MS)]
    return step === 'granted' ? this.#next() : this.#then(takeStored(state, answer as StoredScope))
  }

  #joined(answer: JoinedAnswer): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'handshake') return []
    state.mode = 'running'
    state.heldLease = true
    state.failures = 0
    state.lastError = null
    state.streams = answer.streams
    const epoch = Math.max(0, ...answer.streams.map((stream) => stream.epoch))
    const token = this.#minted
    this.#minted = null
    state.identity = {
      ...state.identity,
      token,
      proposed: [],
      epoch,
      restored: false,
      pruneFrom: answer.pruneFrom,
    }
    state.untilScopes = 0
    state.busy = null
    state.answered.clear()
    // Central may have been put back, and have reached the same number with other rows.
    for (const scope of Object.values(state.scopes)) scope.check = true
    return this.#look()
  }

  #notPersisted(step: SyncStep['step'], reason: string): SyncEffect[] {
    const { state } = this
    state.lastError = reason
    if (step === 'acked') {
      takeBackUnsaved(state)
      return state.mode === 'running' && state.busy === null ? [this.#wait(IDLE_MS)] : []
    }
    if (step === 'fetched') {
      state.untilFetch = FETCH_RESTS
      if (state.mode !== 'running') return []
      state.busy = null
      return [this.#wait(IDLE_MS)]
    }
    return state.mode === 'fenced' ? [] : this.#failed(reason, 'persist')
  }

  #failed(reason: string, during: SyncEffect['kind']): SyncEffect[] {
    const { state } = this
    if (state.mode === 'fenced') return []
    state.mode = 'disconnected'
    state.lastError = reason
    state.failures += 1
    if (during === 'send') state.batchRows = Math.max(LEAST_BATCH, Math.floor(state.batchRows / 2))
    for (const scope of Object.values(state.scopes)) scope.gathered = []
    return [...this.#disconnect(), this.#wait(this.#backoff(state.failures))]
  }

  #fence(reason: string): SyncEffect[] {
    const { state } = this
    state.mode = 'fenced'
    state.lastError = reason
    state.identity = { ...state.identity, fenced: reason }
    return [...this.#disconnect(), ...saveUnsaved(state), { kind: 'persist', step: { step: 'fenced', reason } }]
  }

  #look(): SyncEffect[] {
    this.state.busy = 'look'
    return [{ kind: 'look' }]
  }

  #seen(waiting: Waiting[], changes: number): SyncEffect[] {
    const { state } = this
    state.untilScopes -= 1
    state.untilFetch -= 1
    for (const { stream, epoch, rows, newest } of waiting) {
      const at = state.streams.find((own) => streamName(own) === streamName({ stream, epoch }))
      if (at && at.upto === null && rows > this.#splitRows) {
        state.busy = 'split'
        return [{ kind: 'split', stream: this.#moving(at), upto: newest }]
      }
    }
    const ready = waiting.filter(({ rows }) => rows > 0).map(({ stream, epoch }) => streamName({ stream, epoch }))
    const log = this.#log()
    if (changes > 0 && log) ready.push(streamName(log))
    // Those that were ready keep their turn.
    state.ready = [
      ...state.ready.filter((name) => ready.includes(name)),
      ...ready.filter((name) => !state.ready.includes(name)),
    ]
    return this.#next()
  }

  /**
   * Live rows first, taking turns with what is to be erased there, then central's for this house, then what was split off; what the
   * house lost comes when there is nothing else.
   */
  #next(): SyncEffect[] {
    const { state } = this
    if (state.mode !== 'running' || state.busy !== null) return []
    const save = saveUnsaved(state)
    // Goes on when the engine has written some of it down.
    if (unsavedRows(state) >= UNSAVED_MOST) return save
    const live = state.removing ? null : this.#firstReady((stream) => stream.upto === null)
    const erasure = nextErasure(state, live !== null)
    if (erasure) return [...save, ...this.#then(erasure)]
    if (state.removing) return [...save, this.#wait(IDLE_MS)]
    if (live) return [...save, this.#send(live, LIVE_BATCH)]
    if (state.untilScopes <= 0) {
      state.untilScopes = SCOPES_EVERY
      state.busy = 'scopes'
      return [...save, { kind: 'scopes' }]
    }
    const pull = nextPull(state)
    if (pull) return [...save, ...this.#then(pull)]
    const { pruneFrom } = state.identity
    const log = this.#log()
    if (pruneFrom !== null && log && !state.saving) {
      state.busy = 'prune'
      return [...save, { kind: 'prune', from: pruneFrom, stream: this.#moving(log) }]
    }
    const part = this.#firstReady(() => true)
    if (part) return [...save, this.#send(part, BACKFILL_BATCH)]
    const { lost } = state
    state.lost = null
    if (lost !== null && state.untilFetch <= 0) return [...save, ...this.#then({ kind: 'fetch', lost })]
    return [...save, this.#wait(IDLE_MS)]
  }

  #log(): StreamPosition | undefined {
    return this.state.streams.find((stream) => stream.table === 'sync_changes' && stream.upto === null)
  }

  #firstReady(fits: (stream: StreamPosition) => boolean): StreamPosition | null {
    for (const name of this.state.ready) {
      const stream = this.state.streams.find((candidate) => streamName(candidate) === name)
      if (stream && !hasEnded(stream) && fits(stream)) return stream
    }
    return null
  }

  #send(stream: StreamPosition, most: number): SyncEffect {
    this.state.busy = 'send'
    return { kind: 'send', stream: this.#moving(stream), rows: Math.min(most, this.state.batchRows) }
  }

  #moving(stream: StreamPosition): StreamPosition {
    const { token, leases } = this.state.identity
    return { ...stream, history: movedUnder(stream, { token: token ?? '', leases }) }
  }

  #sent(result: Sent): SyncEffect[] {
    const { state } = this
    const { more, tookMs, ...part } = result
    const name = streamName(part.stream)
    noteMoved(state, part)
    // To the end of the queue, so that no table keeps the others waiting.
    state.ready = state.ready.filter((other) => other !== name)
    if (more) state.ready.push(name)
    if (tookMs > BATCH_MS) state.batchRows = Math.max(LEAST_BATCH, Math.floor(state.batchRows / 2))
    else if (tookMs < BATCH_MS / 4 && part.ledger.rows >= state.batchRows)
      state.batchRows = Math.min(BACKFILL_BATCH, state.batchRows * 2)
    state.lastError = null
    // A row of the house's own has changed, and may be in the way of one of central's no longer.
    if (part.settled.some(({ table }) => this.#managed.has(table))) recheckRefusing(state)
    // After every batch of a part it is looked whether live rows wait: they go first.
    if (part.stream.upto !== null) return [...saveUnsaved(state), ...this.#look()]
    return this.#next()
  }

  #then(effect: SyncEffect | null): SyncEffect[] {
    if (!effect) return this.#next()
    this.state.busy = effect.kind
    return [effect]
  }
}
