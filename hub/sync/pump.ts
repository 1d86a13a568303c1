import { Backoff } from '../../shared/backoff.ts'
import { type Cancel, type Clock, wait } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import type { FetchedPage, RowsToFetch } from '../engine/lost-rows.ts'
import type { SyncMemory } from '../engine/sync-memory.ts'
import type { StreamPosition, SyncStep } from '../engine/sync-step.ts'
import { type CentralTable, managedNames } from '../store/central-shape.ts'
import { readPurged } from '../store/purged.ts'
import { SyncCore } from './core.ts'
import { grantedScopes, pullScope, reportScope, schemaOf, signOfLife } from './download.ts'
import { eraseAtCentral } from './erase-at-central.ts'
import { type Failpoint, NO_FAILPOINT } from './failpoint.ts'
import { fetchLostRows } from './fetch-lost-rows.ts'
import { handshake } from './handshake.ts'
import { inPlainWords, Postgres, sqlState } from './postgres.ts'
import { streamName } from './stream-position.ts'
import type { SyncEffect, SyncEvent, SyncState, Waiting } from './sync-state.ts'
import { TokenBucket } from './token-bucket.ts'
import { type Lease, LeaseLost, prune, split, upload } from './upload.ts'
import { type UploadBatch, UploadSource } from './upload-source.ts'

export interface PumpParts extends SyncMemory {
  /** The hub's database, read-only. */
  db: Database
  tables: readonly CentralTable[]
  /** Where central is, with the role's password. Never logged. */
  url: string
  version: string
  clock: Clock
  log: Log
  /** Has the engine write a step down. Rejects when it could not. */
  persist: (step: SyncStep) => Promise<unknown>
  mint: () => string
  /** Bytes a second to central at most; `null`: as many as go through. */
  bytesPerSecond: number | null
  random?: () => number
  failpoint?: Failpoint
  limits?: Partial<PumpLimits>
  onChange?: () => void
  /** Whether the disk has room for rows that come back from central. Default: it has. */
  hasRoom?: () => boolean
}

/** What a test makes shorter, to see what happens there. */
export interface PumpLimits {
  connectMs: number
  /** Any one statement of a transaction. */
  statementMs: number
  /** Longer than any statement may take: what takes longer hangs, and is cut off. */
  deadlineMs: number
  /** Rows that wait in a stream before it is split. */
  splitRows: number
  /** However often central could not be reached, it is tried again after this. */
  longestRetryMs: number
}

const LIMITS: PumpLimits = {
  connectMs: 15_000,
  statementMs: 60_000,
  deadlineMs: 180_000,
  splitRows: 20_000,
  longestRetryMs: 300_000,
}
const FIRST_RETRY_MS = 1_000
/** Smaller batches are read when they are due; preparing them ahead gains nothing. */
const PREPARE_ROWS = 1_000
const PENDING_MOST = 50_000
/** Beside a busy house the upload takes a twentieth of the time: a pause is this many times as long as its batch. */
const PAUSE_FACTOR = 19
const PAUSE_MOST_MS = 20_000

/** Does what the machine of core.ts asks for: reads from the hub's database, talks to central, has the engine write. */
export class Pump {
  readonly core: SyncCore
  #parts: PumpParts
  #limits: PumpLimits
  #source: UploadSource
  #central: Postgres | null = null
  #stop = new AbortController()
  #timer = new AbortController()
  #running = new Set<Promise<void>>()
  #prepared = new Map<string, UploadBatch>()
  #bucket: TokenBucket
  /** Of what comes back: it is as slow as what goes, and keeps none of that waiting. */
  #fetched: TokenBucket
  /** What waited when it was last looked at. */
  waiting: Waiting[] = []
  changes: { waiting: number; since: number | null } = { waiting: 0, since: null }
  /** Wall clock of the last batch that central took. */
  lastSent: number | null = null
  /** The house's own work needs the machine: between two batches the upload pauses many times as long as one took. */
  busy = false
  #logEmptyAt: number | null = null
  /** Central's newest migration at the handshake. */
  #schema = ''
  /** How many connections were closed: tells an answer over a former one from that over this one. */
  #closed = 0

  constructor(parts: PumpParts) {
    this.#parts = parts
    this.#limits = { ...LIMITS, ...parts.limits }
    const backoff = new Backoff({
      firstMs: FIRST_RETRY_MS,
      capMs: this.#limits.longestRetryMs,
      ...(parts.random ? { random: parts.random } : {}),
    })
    this.#bucket = new TokenBucket(parts.clock, parts.bytesPerSecond)
    this.#fetched = new TokenBucket(parts.clock, parts.bytesPerSecond)
    this.core = new SyncCore({
      identity: parts.identity,
      streams: parts.streams,
      scopes: parts.scopes,
      mint: parts.mint,
      splitRows: this.#limits.splitRows,
      managed: managedNames(parts.tables),
      backoff(failures) {
        if (failures === 1) backoff.reset()
        return backoff.next()
      },
    })
    this.#source = new UploadSource(parts.db, parts.tables, () => this.core.state.streams)
  }

  get state(): Readonly<SyncState> {
    return this.core.state
  }

  start(): void {
    this.#event({ kind: 'start' })
  }

  /** Something new is there, or a person asked: what waits is done now. */
  wake(): void {
    this.#timer.abort()
    this.#timer = new AbortController()
  }

  /** A person said that this hub is the one of its site. */
  claimed(memory: Pick<SyncMemory, 'identity' | 'streams'>): void {
    this.#event({ kind: 'claimed', ...memory })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.wake()
    this.#central?.close()
    await Promise.allSettled(this.#running)
  }

  /** The source, for questions that compare both sides. */
  get source(): UploadSource {
    return this.#source
  }

  #event(event: SyncEvent): void {
    if (this.#stop.signal.aborted) return
    if (event.kind === 'failed')
      this.#parts.log.warn({ during: event.during, reason: event.reason }, 'central: trying again')
    if (event.kind === 'lease_lost') this.#parts.log.error({ reason: event.reason }, 'central: this hub is fenced')
    const before = this.core.state.mode
    const effects = this.core.handle(event)
    if (this.core.state.mode === 'running' && before !== 'running')
      this.#parts.log.info(
        { site: this.core.state.identity.name, epoch: this.core.state.identity.epoch },
        'central: connected',
      )
    this.#parts.onChange?.()
    for (const effect of effects) this.#start(effect)
  }

  #start(effect: SyncEffect): void {
    if (effect.kind === 'disconnect') this.#closed += 1
    const closed = this.#closed
    const done = (event: SyncEvent | null) => {
      this.#running.delete(running)
      // An answer over a connection that was closed since counts for nothing: the next handshake finds out what became of it.
      if (event && (effect.kind === 'persist' || effect.kind === 'wait' || closed === this.#closed)) this.#event(event)
    }
    const running = this.#perform(effect).then(done, (error: unknown) => done(failureOf(effect, error)))
    this.#running.add(running)
  }

  async #perform(effect: SyncEffect): Promise<SyncEvent | null> {
    const { clock, persist } = this.#parts
    switch (effect.kind) {
      case 'persist':
        return { kind: 'persisted', step: effect.step.step, answer: await persist(effect.step) }
      case 'wait':
        await wait(clock, effect.ms, AbortSignal.any([this.#stop.signal, this.#timer.signal]))
        return { kind: 'waited', timer: effect.timer }
      case 'disconnect':
        this.#central?.close()
        this.#central = null
        this.#prepared.clear()
        return null
      case 'look': {
        const seen = this.#source.look()
        this.#looked(seen)
        return seen
      }
      default:
        return await this.#inTime(this.#atCentral(effect))
    }
  }

  #looked({ waiting, changes }: Extract<SyncEvent, { kind: 'seen' }>): void {
    const now = this.#parts.clock.now()
    if (changes.waiting === 0) this.#logEmptyAt = now
    const oldest = changes.oldest ?? this.changes.since ?? now
    this.waiting = waiting
    // A row that is sent again says when it was changed, not since when it waits: that is after the log was empty.
    this.changes = {
      waiting: changes.waiting,
      since: changes.waiting === 0 ? null : Math.max(oldest, this.#logEmptyAt ?? 0),
    }
  }

  /** What takes too long is cut off: a connection can be dead without saying so. */
  #inTime<T>(work: Promise<T>): Promise<T> {
    const { deadlineMs } = this.#limits
    let cancel: Cancel = () => {}
    const late = new Promise<never>((_, reject) => {
      cancel = this.#parts.clock.after(deadlineMs, () => {
        this.#central?.close()
        reject(new Error(`central did not answer within ${deadlineMs / 1000} s`))
      })
    })
    return Promise.race([work, late]).finally(() => cancel())
  }

  async #atCentral(
    effect: Exclude<SyncEffect, { kind: 'persist' | 'wait' | 'disconnect' | 'look' }>,
  ): Promise<SyncEvent> {
    if (effect.kind === 'handshake') return { kind: 'handshake_done', outcome: await this.#handshake(effect.proposed) }
    const db = this.#connected()
    const at = this.#parts.failpoint ?? NO_FAILPOINT
    const lease = this.#lease()
    switch (effect.kind) {
      case 'send':
        return await this.#send(effect.stream, effect.rows)
      case 'split':
        return { kind: 'split', ...(await split(db, lease, { ...effect, at })) }
      case 'prune': {
        const pending = this.#source.pendingKeys(PENDING_MOST)
        if (!pending) return { kind: 'pruned', stream: null }
        const { from, stream } = effect
        const purged = readPurged(this.#parts.db)
        return {
          kind: 'pruned',
          stream: await prune(db, lease, { tables: this.#source.tables, stream, from, pending, purged, at }),
        }
      }
      case 'erase': {
        // Read before rows were removed.
        this.#prepared.clear()
        const { id } = effect.erasure
        return { kind: 'erased', id, ...(await eraseAtCentral(db, lease, { erasure: effect.erasure, at })) }
      }
      case 'scopes': {
        await db.begin()
        await signOfLife(db, lease, { streams: this.core.state.streams, discarded: this.#source.discarded() })
        const granted = await grantedScopes(db, lease.site)
        await db.commit()
        return { kind: 'scopes', granted }
      }
      case 'pull':
        return { kind: 'pulled', scope: effect.scope, page: await pullScope(db, effect.scope, effect.after) }
      case 'report':
        await reportScope(db, lease.site, effect)
        return { kind: 'reported' }
      case 'fetch':
        return { kind: 'fetched', page: await this.#fetch(db, lease, effect.lost) }
    }
  }

  /** A question that central does not answer is asked again later; nothing else waits for it. */
  async #fetch(db: Postgres, lease: Lease, lost: RowsToFetch): Promise<FetchedPage | 'later' | 'failed'> {
    const { log, failpoint, hasRoom } = this.#parts
    if (this.busy || !this.#fetched.isPaid || hasRoom?.() === false) return 'later'
    const { streams } = this.core.state
    try {
      const of = { lost, streams, ...this.#source.decoder(lost.table), at: failpoint ?? NO_FAILPOINT }
      const { page, bytes } = await fetchLostRows(db, lease, of)
      this.#fetched.pay(bytes)
      return page
    } catch (error) {
      if (db.broken || sqlState(error) === null) throw error
      await db.rollback()
      log.warn({ table: lost.table, reason: inPlainWords(error) }, 'central: lost rows cannot be fetched now')
      return 'failed'
    }
  }

  async #handshake(proposed: string) {
    const { url, version, failpoint } = this.#parts
    const { connectMs, statementMs } = this.#limits
    const db = new Postgres({ url, name: `lares hub ${version}`, connectMs, statementMs })
    this.#central?.close()
    this.#central = db
    await db.connect()
    this.#schema = await schemaOf(db)
    const { identity, streams, heldLease } = this.core.state
    return await handshake({
      db,
      hub: { identity, streams, heldLease },
      proposed,
      version,
      learn: (layout) => {
        this.#source.use(layout)
        return this.#source.appendTables
      },
      facts: this.#source,
      at: failpoint ?? NO_FAILPOINT,
    })
  }

  async #send(stream: StreamPosition, rows: number): Promise<SyncEvent> {
    const { clock, failpoint } = this.#parts
    const batch = this.#takePrepared(stream) ?? this.#source.read(stream, rows)
    if (!batch) {
      const nothing = { rows: 0, merged: 0, duplicates: 0, quarantined: 0, bytes: 0 }
      return {
        kind: 'sent',
        result: { stream, ledger: nothing, held: [], settled: [], unknown: [], more: false, tookMs: 0 },
      }
    }
    await this.#bucket.take(batch.bytes, this.#stop.signal)
    const started = clock.mono()
    const { merged, held } = await upload(this.#connected(), this.#lease(), batch, (moment, work) => {
      // The merge is asked for in this very turn of the loop; the next batch is read in the one after it.
      if (moment === 'copied' && batch.more && batch.rows >= PREPARE_ROWS)
        setImmediate(() => this.#prepare(batch.to, rows))
      return failpoint?.(moment, work)
    })
    this.lastSent = clock.now()
    const tookMs = clock.mono() - started
    if (this.busy) await wait(clock, Math.min(PAUSE_MOST_MS, tookMs * PAUSE_FACTOR), this.#stop.signal)
    const { to, settled, unknown, more, bytes } = batch
    const ledger = {
      rows: batch.rows,
      merged,
      duplicates: batch.rows - merged - held.length,
      quarantined: held.length,
      bytes,
    }
    const back = new Set(held.map(({ table, key }) => `${table}\n${key}`))
    const taken = settled.filter(({ table, key }) => !back.has(`${table}\n${key}`))
    return {
      kind: 'sent',
      result: { stream: to, ledger, held, settled: taken, unknown, more, tookMs },
    }
  }

  /** While central merges one batch, the next is read. What changes in the meantime has a later number. */
  #prepare(stream: StreamPosition, rows: number): void {
    if (stream.table === 'sync_changes' || this.#stop.signal.aborted || this.#prepared.has(streamName(stream))) return
    const next = this.#source.read(stream, rows)
    if (next) this.#prepared.set(streamName(stream), next)
  }

  #takePrepared(stream: StreamPosition): UploadBatch | null {
    const batch = this.#prepared.get(streamName(stream))
    this.#prepared.delete(streamName(stream))
    return batch?.from.position === stream.position ? batch : null
  }

  #lease(): Lease {
    const { site, token, leases } = this.core.state.identity
    return { site: site ?? '', token: token ?? '', leases, schema: this.#schema }
  }

  #connected(): Postgres {
    const central = this.#central
    if (!central || central.broken) throw central?.broken ?? new Error('the connection to central was lost')
    return central
  }
}

function failureOf(effect: SyncEffect, error: unknown): SyncEvent {
  if (effect.kind === 'persist')
    return { kind: 'not_persisted', step: effect.step.step, reason: asError(error).message }
  if (error instanceof LeaseLost) return { kind: 'lease_lost', reason: error.message }
  return { kind: 'failed', reason: inPlainWords(error), during: effect.kind }
}
