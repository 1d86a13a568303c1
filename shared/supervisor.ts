import { Backoff } from './backoff.ts'
import type { Cancel, Clock } from './clock.ts'
import { asError } from './errors.ts'
import type { Log } from './log.ts'

/** What of a worker is used here; a `Worker` of Node is one. */
export interface SupervisedWorker<To, From> {
  postMessage(message: To): void
  terminate(): Promise<unknown>
  on(event: 'message', heard: (message: From) => void): unknown
  on(event: 'error', failed: (error: Error) => void): unknown
  on(event: 'exit', ended: (code: number) => void): unknown
}

type Stop = { kind: 'stop' }
type Stopped = { kind: 'stopped' }

export interface SupervisorParts<To, From extends { kind: string }> {
  /** What it is in a sentence of the log: `the thread for …`. */
  name: string
  /** Begins one. `null`: there is nothing to do at present, until `start` is called again. A throw counts as a death. */
  spawn: () => SupervisedWorker<To | Stop, From | Stopped> | null
  /** One was begun: what it must know first, by `say`. */
  began?: () => void
  /** `answer` reaches the one that said it, or nobody once that is gone: the next one counts its questions anew. */
  hear: (message: Exclude<From, Stopped>, answer: (message: To) => void) => void
  /** One died, or could not be begun. */
  lost?: (error: Error) => void
  /** Whether the next may begin already. Asked again later. */
  mayBegin?: () => boolean
  clock: Clock
  log: Log
}

/** What was not done by then is done after the next start: whatever matters is in the database. */
const STOP_MS = 1_000
/** One that lived as long as the longest wait did well: the next death is the first again. */
const CAP_MS = 60_000

/**
 * Keeps one worker running: one that dies is begun anew, after a wait that doubles up to a minute, and told to end at `stop`.
 * What a dead one still says is nobody's.
 */
export class Supervisor<To, From extends { kind: string }> {
  #parts: SupervisorParts<To, From>
  #worker: SupervisedWorker<To | Stop, From | Stopped> | null = null
  #begunAt = 0
  #backoff = new Backoff({ firstMs: 1_000, capMs: CAP_MS })
  /** Cancels the next beginning; `null`: none is waited for. */
  #again: Cancel | null = null
  #stopping: Promise<void> | null = null
  #ended: () => void = () => {}

  constructor(parts: SupervisorParts<To, From>) {
    this.#parts = parts
  }

  get running(): boolean {
    return this.#worker !== null
  }

  /** Calling it again changes nothing while one runs, is waited for, or was told to stop. */
  start(): void {
    if (!this.#worker && !this.#again && !this.#stopping) this.#begin()
  }

  /** To the one that runs; what is said while none does is lost, and `began` has to say it. */
  say(message: To): void {
    this.#worker?.postMessage(message)
  }

  /** Ends one that is of no use any more, as if it had died. */
  giveUp(error: Error): void {
    if (this.#worker) this.#died(this.#worker, error)
  }

  /** Resolves once it has ended; one that does not end in a second is ended. As often as one likes. */
  stop(): Promise<void> {
    this.#again?.()
    this.#again = null
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #begin(): void {
    const { spawn, hear, began } = this.#parts
    this.#again = null
    this.#begunAt = this.#parts.clock.mono()
    let worker: ReturnType<typeof spawn>
    try {
      worker = spawn()
    } catch (error) {
      this.#lost(asError(error))
      return
    }
    if (!worker) return
    this.#worker = worker
    const isCurrent = () => this.#worker === worker
    const answer = (message: To) => {
      if (isCurrent()) worker.postMessage(message)
    }
    worker.on('message', (message) => {
      if (!isCurrent()) return
      if (message.kind === 'stopped') this.#ended()
      else hear(message as Exclude<From, Stopped>, answer)
    })
    worker.on('error', (error) => this.#died(worker, asError(error)))
    worker.on('exit', (code) => this.#died(worker, new Error(`${this.#parts.name} ended with code ${code}`)))
    began?.()
  }

  /** An error is followed by the exit, when the next one may have begun. */
  #died(worker: NonNullable<ReturnType<SupervisorParts<To, From>['spawn']>>, error: Error): void {
    if (worker !== this.#worker) return
    if (this.#stopping) {
      this.#ended()
      return
    }
    this.#worker = null
    worker.terminate().catch(() => {})
    this.#lost(error)
  }

  #lost(error: Error): void {
    const { name, log, lost, clock } = this.#parts
    if (clock.mono() - this.#begunAt >= CAP_MS) this.#backoff.reset()
    this.#beginLater()
    log.error({ error: error.stack, failures: this.#backoff.failures }, `${name} ended; it is started anew`)
    lost?.(error)
  }

  #beginLater(): void {
    this.#again = this.#parts.clock.after(this.#backoff.next(), () => {
      if (this.#parts.mayBegin?.() === false) this.#beginLater()
      else this.#begin()
    })
  }

  async #stop(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    const ended = Promise.withResolvers<void>()
    this.#ended = ended.resolve
    const { name, clock, log } = this.#parts
    const cancel = clock.after(STOP_MS, () => {
      log.warn({}, `${name} did not stop in its time and is ended`)
      ended.resolve()
    })
    worker.postMessage({ kind: 'stop' })
    await ended.promise
    cancel()
    this.#worker = null
    await worker.terminate()
  }
}
