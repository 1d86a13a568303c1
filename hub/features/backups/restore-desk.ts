import { randomBytes } from 'node:crypto'
import type { Cancel, Clock } from '../../../shared/clock.ts'
import { asError, type ErrorCode, LaresError } from '../../../shared/errors.ts'
import type { Log } from '../../../shared/log.ts'
import type { HouseBeside } from '../../archive/archive-task.ts'
import { runArchiveTask } from '../../archive/run-archive-task.ts'
import type { Front } from '../../contract/front-part.ts'
import { decideHouseExchange, removeUnpackedHouse } from '../../store/whole-exchange.ts'
import { placeToUse } from './place-to-use.ts'
import { whatWillDiffer } from './what-will-differ.ts'

/** How far the restore is that somebody asked for. */
export interface RestoreState {
  /** `none`: nobody asked since the start of the hub. `unpacking` also checks. From `decided` on it happens, whatever comes. */
  state: 'none' | 'unpacking' | 'decided' | 'failed'
  place: string | null
  name: string | null
  /** Of what is read or checked now. */
  phase: string | null
  done: number
  total: number
  error: string | null
  hint: string | null
  /** What will be another than before, once it is known. */
  says: readonly string[]
}

export const NOTHING_RESTORED: RestoreState = {
  ...{ state: 'none', place: null, name: null, phase: null, done: 0, total: 0, error: null, hint: null, says: [] },
}

/** What is restored, and the ticket of what opens it. */
export interface RestoreWish {
  ticket: string
  place: string
  name: string
}

export interface RestoreDeskParts extends Pick<Front, 'settings' | 'startAgain'> {
  /** The data folder. */
  folder: string
  clock: Clock
  log: Log
  health: Front['health']
  /** Has it noted that a restore came to nothing. */
  failed(of: { place: string; name: string; code: ErrorCode; error: string }): void
}

/** What a command said is of use for so long. */
const KEPT_MS = 60_000
/** Whoever watches hears that it is decided before the hub ends. */
const TOLD_MS = 3_000
const PROBLEM = 'restore'

/**
 * Restores a backup while the hub runs: has it laid beside the house and checked, in a process of its own; then decides that it is the one,
 * and has the hub begin again, whose start puts it in its place. Until it is decided, the present house is not touched. A passphrase is kept
 * here alone, and no longer than it takes to begin.
 */
export class RestoreDesk {
  #parts: RestoreDeskParts
  #kept: { ticket: string; passphrase: string | null; forget: Cancel } | null = null
  #state: RestoreState = NOTHING_RESTORED
  #stop = new AbortController()
  #running: Promise<void> | null = null

  constructor(parts: RestoreDeskParts) {
    this.#parts = parts
  }

  get state(): RestoreState {
    return this.#state
  }

  /** Keeps what opens an archive; a newer one takes its place. Throws `busy` while one is restored, `part_failed` where the hub cannot begin again. */
  keep(passphrase: string | null): string {
    this.#refuseSecond()
    if (this.#parts.startAgain === null)
      throw new LaresError('part_failed', 'this hub cannot begin again by itself', {
        hint: 'Restore on its machine: lares backups how-to-restore shows what to type.',
      })
    this.#forget()
    const ticket = randomBytes(16).toString('hex')
    this.#kept = { ticket, passphrase, forget: this.#parts.clock.after(KEPT_MS, () => this.#forget()) }
    return ticket
  }

  /** Begins, when what opens it is still there. Never throws: what becomes of it is its state. */
  begin(wish: RestoreWish): void {
    if (this.#running !== null || this.#stop.signal.aborted) return
    const kept = this.#kept
    this.#state = { ...NOTHING_RESTORED, state: 'unpacking', place: wish.place, name: wish.name, phase: 'reading' }
    if (kept?.ticket !== wish.ticket) {
      const gone = 'what opens it was forgotten before it began'
      this.#fail(wish, new LaresError('expired', gone, { hint: 'Ask for it again.' }))
      return
    }
    this.#forget()
    this.#running = this.#restore(wish, kept.passphrase).finally(() => {
      if (this.#state.state !== 'decided') this.#running = null
    })
  }

  /** Ends what is unpacked, unless it is decided. What it wrote is removed by the next start. Resolves once nothing of it goes on. */
  async stop(): Promise<void> {
    this.#forget()
    this.#stop.abort(new Error('the hub stops'))
    await this.#running
  }

  async #restore(wish: RestoreWish, passphrase: string | null): Promise<void> {
    const { folder, settings, log, health } = this.#parts
    const { place, name } = wish
    log.info({ place, name }, 'a backup is unpacked beside the house')
    health.raise(PROBLEM, 'restoring', `the backup ${name} is unpacked, to be restored`)
    try {
      const { at } = placeToUse(place, settings)
      const { beside } = await runArchiveTask(
        { task: 'restore', place: at, name, folder, passphrase },
        {
          signal: this.#stop.signal,
          progress: ({ phase, done, total }) => {
            this.#state = { ...this.#state, phase, done, total }
          },
        },
      )
      if (!beside) throw new Error('the process that unpacks backups unpacked none')
      this.#stop.signal.throwIfAborted()
      this.#decide(wish, beside)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(wish, error)
    }
  }

  #decide({ place, name }: RestoreWish, beside: HouseBeside): void {
    const { folder, clock, log, health, startAgain } = this.#parts
    const { house, madeAt: made_at, version } = beside
    const { aside } = decideHouseExchange(folder, { house, made_at, version, name }, clock.now())
    log.warn(
      { place, name, house, aside },
      'a backup was restored beside the house; the next start puts it in its place',
    )
    this.#state = { ...this.#state, state: 'decided', phase: null, says: whatWillDiffer(beside) }
    health.raise(PROBLEM, 'restoring', `the backup ${name} is restored: the hub starts again with it`)
    clock.after(TOLD_MS, () => startAgain?.(`the backup ${name} was restored`))
  }

  #fail({ place, name }: RestoreWish, thrown: unknown): void {
    const { folder, log, health, failed } = this.#parts
    // Its process may have been killed before it could.
    removeUnpackedHouse(folder)
    const { message } = asError(thrown)
    const known = thrown instanceof LaresError ? thrown : new LaresError('job_failed', message, { cause: thrown })
    log.warn({ place, name, error: message }, 'a backup was not restored; the house is as it was')
    this.#state = { ...this.#state, state: 'failed', phase: null, error: message, hint: known.hint }
    health.clear(PROBLEM)
    failed({ place, name, code: known.code, error: message })
  }

  #refuseSecond(): void {
    if (this.#running === null) return
    throw new LaresError('busy', `the backup ${this.#state.name} is being restored already`, {
      hint: 'See how far it is: lares backups restoring',
    })
  }

  #forget(): void {
    this.#kept?.forget()
    this.#kept = null
  }
}
