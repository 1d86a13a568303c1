import { Worker } from 'node:worker_threads'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { type SupervisedWorker, Supervisor } from '../../shared/supervisor.ts'
import type { SyncStep } from '../engine/sync-step.ts'
import { SYNC_OFF, type SyncStatus } from './sync-status.ts'
import type { FromSync, SyncSettings, ToSync } from './sync-thread-messages.ts'
import type { VerifyAnswer, VerifyQuestion } from './verify.ts'

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
  spawn?: (settings: SyncSettings) => SupervisedWorker<ToSync, FromSync>
}

/** The thread says how it stands every five seconds; one that says nothing for this long hangs. */
const SILENT_MS = 120_000
const LOOK_MS = 10_000
const VERIFY_MS = 600_000

/** The front's end of the sync thread. A thread that dies or hangs is started anew: what it knew, central and the engine know. */
export class SyncThread implements Service {
  #parts: SyncThreadParts
  #supervisor: Supervisor<ToSync, FromSync>
  #status: SyncStatus
  #heardAt = 0
  #questions = new Map<number, { resolve: (answer: VerifyAnswer) => void; reject: (error: Error) => void }>()
  #nextId = 1
  /** Steps that the engine was given and has not answered. */
  #pending = 0
  #busy = false
  #watch: Cancel = () => {}

  constructor(parts: SyncThreadParts) {
    const { settings, spawn = spawnWorker, clock, log } = parts
    this.#parts = parts
    this.#supervisor = new Supervisor<ToSync, FromSync>({
      name: 'the sync thread',
      spawn() {
        const found = settings()
        return found && spawn(found)
      },
      began: () => {
        this.#heardAt = clock.mono()
        if (this.#busy) this.#say({ kind: 'busy', busy: true })
      },
      hear: (message, answer) => this.#heard(message, answer),
      lost: (error) => this.#lost(error),
      // A new thread reads what the engine wrote: not before everything of the former one is written.
      mayBegin: () => this.#pending === 0,
      clock,
      log,
    })
    this.#status = { ...SYNC_OFF, last_error: parts.fault ?? null }
  }

  get status(): SyncStatus {
    return this.#status
  }

  /** Starts the thread when there is none: at start, and once a database could be opened that could not be at start. */
  begin(): void {
    this.#supervisor.start()
  }

  start(): void {
    this.#supervisor.start()
    this.#watch = this.#parts.clock.every(LOOK_MS, () => this.#look())
  }

  /** What central got and nobody wrote down here is sent again after the next start, and central knows it. */
  stop(): Promise<void> {
    this.#watch()
    return this.#supervisor.stop()
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
    if (!this.#supervisor.running)
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

  #heard(message: FromSync, answer: (message: ToSync) => void): void {
    this.#heardAt = this.#parts.clock.mono()
    switch (message.kind) {
      case 'persist': {
        const { id } = message
        this.#pending += 1
        this.#parts
          .persist(message.step)
          .then(
            (value) => answer({ kind: 'persisted', id, value }),
            (error: unknown) => answer({ kind: 'not_persisted', id, reason: asError(error).message }),
          )
          .finally(() => {
            this.#pending -= 1
          })
        return
      }
      case 'status': {
        const before = this.#status
        this.#status = message.status
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
    }
  }

  #unanswered(id: number, reason: string): void {
    this.#questions.get(id)?.reject(new LaresError('central_away', `central could not be compared: ${reason}`))
    this.#questions.delete(id)
  }

  #look(): void {
    if (!this.#supervisor.running || this.#parts.clock.mono() - this.#heardAt < SILENT_MS) return
    this.#supervisor.giveUp(new Error(`the sync thread said nothing for ${SILENT_MS / 1000} s`))
  }

  #lost(error: Error): void {
    for (const id of [...this.#questions.keys()]) this.#unanswered(id, error.message)
    this.#status = { ...this.#status, state: 'waiting', last_error: error.message }
    this.#parts.onChange?.(this.#status)
  }

  #say(message: ToSync): void {
    this.#supervisor.say(message)
  }
}

function spawnWorker(settings: SyncSettings): SupervisedWorker<ToSync, FromSync> {
  return new Worker(new URL('./sync-worker.ts', import.meta.url), {
    workerData: settings,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
}
