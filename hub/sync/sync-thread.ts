import { Worker } from 'node:worker_threads'
import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { SyncStep } from '../engine/sync-step.ts'
import { SYNC_OFF, type SyncStatus } from './sync-status.ts'
import type { FromSync, SyncSettings, ToSync } from './sync-thread-messages.ts'
import type { VerifyAnswer, VerifyQuestion } from './verify.ts'

/** What of a worker is used here. */
export interface SyncWorker {
  postMessage(message: ToSync): void
  terminate(): Promise<unknown>
  on(event: 'message', heard: (message: FromSync) => void): unknown
  on(event: 'error', failed: (error: Error) => void): unknown
  on(event: 'exit', ended: (code: number) => void): unknown
}

export interface SyncThreadParts {
  /** `null` while no central is configured or the database could not be opened. Asked at every start of the thread. */
  settings: () => SyncSettings | null
  /** Why there are none although a central was meant; shown as the last error. */
  fault?: string | null
  /** Has the engine write a step down. */
  persist: (step: SyncStep) => Promise<unknown>
  clock: Clock
  log: Log
  /** Another state, or another error. */
  onChange?: (status: SyncStatus) => void
  /** Absent: a real thread. */
  spawn?: (settings: SyncSettings) => SyncWorker
}

/** The thread says how it stands every five seconds; one that says nothing for this long hangs. */
const SILENT_MS = 120_000
const LOOK_MS = 10_000
const VERIFY_MS = 600_000
/** What central got and nobody wrote down here is sent again after the next start, and central knows it. */
const STOP_MS = 1_000

/** The front's end of the sync thread. A thread that dies or hangs is started anew: what it knew, central and the engine know. */
export class SyncThread implements Service {
  #parts: SyncThreadParts
  #worker: SyncWorker | null = null
  #status: SyncStatus
  #heardAt = 0
  #questions = new Map<number, { resolve: (answer: VerifyAnswer) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #backoff = new Backoff({ firstMs: 1_000, capMs: 60_000 })
  #again: Cancel = () => {}
  /** Steps that the engine was given and has not answered. */
  #pending = 0
  #busy = false
  #watch: Cancel = () => {}
  #stopped: (() => void) | null = null

  constructor(parts: SyncThreadParts) {
    this.#parts = parts
    this.#status = { ...SYNC_OFF, last_error: parts.fault ?? null }
  }

  get status(): SyncStatus {
    return this.#status
  }

  /** Starts the thread when there is none: at start, and once a database could be opened that could not be at start. */
  begin(): void {
    if (!this.#worker) this.#begin()
  }

  start(): void {
    this.#begin()
    this.#watch = this.#parts.clock.every(LOOK_MS, () => this.#look())
  }

  async stop(): Promise<void> {
    this.#watch()
    this.#again()
    const worker = this.#worker
    if (!worker) return
    const ended = new Promise<void>((resolve) => {
      this.#stopped = resolve
      this.#parts.clock.after(STOP_MS, resolve)
    })
    this.#say({ kind: 'stop' })
    await ended
    this.#worker = null
    await worker.terminate()
  }

  /** A person said that this hub is the one of its site. */
  claimed(): void {
    this.#say({ kind: 'claimed' })
  }

  /** Something is to be looked at now instead of within a second. */
  wake(): void {
    this.#say({ kind: 'wake' })
  }

  /** Whether the house's own work keeps the engine busy. Asked as often as one likes; told only when it changes. */
  yield(busy: boolean): void {
    if (busy === this.#busy) return
    this.#busy = busy
    this.#say({ kind: 'busy', busy })
  }

  verify(question: VerifyQuestion): Promise<VerifyAnswer> {
    if (!this.#worker)
      return Promise.reject(
        this.#status.state === 'off'
          ? new LaresError('not_found', this.#parts.fault ?? 'this hub sends to no central', {
              hint: 'Set [central] url in hub.toml; see docs/operations.md.',
            })
          : new LaresError('central_away', 'the sync thread is being started anew', { hint: 'Try again in a minute.' }),
      )
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#questions.set(id, { resolve, reject })
      this.#parts.clock.after(VERIFY_MS, () => this.#unanswered(id, 'comparing took longer than ten minutes'))
      this.#say({ kind: 'verify', id, question })
    })
  }

  #begin(): void {
    const settings = this.#parts.settings()
    if (!settings) return
    const worker = (this.#parts.spawn ?? spawn)(settings)
    this.#worker = worker
    this.#heardAt = this.#parts.clock.mono()
    if (this.#busy) this.#say({ kind: 'busy', busy: true })
    worker.on('message', (message: FromSync) => {
      if (worker === this.#worker) this.#heard(message)
    })
    worker.on('error', (error) => this.#died(worker, error))
    worker.on('exit', (code) => this.#died(worker, new Error(`the sync thread ended with code ${code}`)))
  }

  #heard(message: FromSync): void {
    this.#heardAt = this.#parts.clock.mono()
    switch (message.kind) {
      case 'persist': {
        const { id } = message
        this.#pending += 1
        this.#parts
          .persist(message.step)
          .then(
            (value) => this.#say({ kind: 'persisted', id, value }),
            (error: unknown) => this.#say({ kind: 'not_persisted', id, reason: asError(error).message }),
          )
          .finally(() => {
            this.#pending -= 1
          })
        return
      }
      case 'status': {
        const before = this.#status
        this.#status = message.status
        if (message.status.state === 'running') this.#backoff.reset()
        if (before.state !== message.status.state || before.last_error !== message.status.last_error)
          this.#parts.onChange?.(message.status)
        return
      }
      case 'verified':
        this.#questions.get(message.id)?.resolve(message.answer)
        this.#questions.delete(message.id)
        return
      case 'not_verified':
        this.#unanswered(message.id, message.reason)
        return
      case 'stopped':
        this.#stopped?.()
    }
  }

  /** A new thread reads what the engine wrote: not before everything of the former one is written. */
  #beginLater(): void {
    this.#again = this.#parts.clock.after(this.#backoff.next(), () => {
      if (this.#pending > 0) this.#beginLater()
      else this.#begin()
    })
  }

  #unanswered(id: number, reason: string): void {
    this.#questions.get(id)?.reject(new LaresError('central_away', `central could not be compared: ${reason}`))
    this.#questions.delete(id)
  }

  #look(): void {
    const worker = this.#worker
    if (!worker || this.#parts.clock.mono() - this.#heardAt < SILENT_MS) return
    this.#died(worker, new Error(`the sync thread said nothing for ${SILENT_MS / 1000} s`))
    void worker.terminate()
  }

  #died(worker: SyncWorker, error: Error): void {
    if (worker !== this.#worker || this.#stopped) return
    this.#worker = null
    const { log } = this.#parts
    log.error({ error: error.message }, 'the sync thread ended; it is started anew')
    for (const id of [...this.#questions.keys()]) this.#unanswered(id, error.message)
    this.#status = { ...this.#status, state: 'waiting', last_error: error.message }
    this.#parts.onChange?.(this.#status)
    this.#beginLater()
  }

  #say(message: ToSync): void {
    this.#worker?.postMessage(message)
  }
}

function spawn(settings: SyncSettings): SyncWorker {
  return new Worker(new URL('./sync-worker.ts', import.meta.url), {
    workerData: settings,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
}
