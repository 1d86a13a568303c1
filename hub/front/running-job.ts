import type { Clock } from '../../shared/clock.ts'
import { asError, canRetry, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { HubFiles, JobRun, JobShare } from '../engine/job-run.ts'
import type { ClaimedJob, JobOutcome } from '../engine/job-step.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'

export interface RunningJobParts {
  job: ClaimedJob
  load: () => Promise<JobRun>
  settings: Readonly<Record<string, unknown>>
  secrets: SecretReader
  hub: HubFiles
  clock: Clock
  log: Log
  /** Writes down what became of it. Called once; `null`: nobody waits for it. */
  ended: (outcome: JobOutcome | null) => Promise<void>
}

/** One run of a job: begins at once, and has one end, its own or the one it is given. What it says later is not heard. */
export class RunningJob {
  readonly job: ClaimedJob
  /** Resolves once what became of it is written down. */
  readonly over: Promise<void>
  /** Resolves once it is over and nothing of it goes on. That may be never: who ends a run can only ask. */
  readonly gone: Promise<void>
  /** How far it said that it is; `null`: it says nothing of that. */
  share: JobShare | null = null
  #abort = new AbortController()
  #end = Promise.withResolvers<JobOutcome | null>()

  constructor(parts: RunningJobParts) {
    this.job = parts.job
    const own = this.#own(parts)
    this.over = this.#settle(parts, own)
    this.gone = this.over.then(async () => void (await own))
  }

  /** Asks it to end; what it makes of that is its end. */
  abort(reason: string): void {
    this.#abort.abort(new Error(reason))
  }

  /** This is its end, whether it heeds its signal or not. */
  end(outcome: JobOutcome | null, reason: string): void {
    this.#end.resolve(outcome)
    this.abort(reason)
  }

  async #settle({ job, clock, ended }: RunningJobParts, own: Promise<JobOutcome>): Promise<void> {
    const timedOut = `it took longer than ${durationWords(job.deadlineMs)}`
    const cancel = clock.after(job.deadlineMs, () =>
      this.end({ is: 'failed', code: 'timed_out', message: timedOut, retry: true }, timedOut),
    )
    const outcome = await Promise.race([own, this.#end.promise])
    cancel()
    await ended(outcome)
  }

  /** Never rejects. */
  async #own({ job, load, settings, secrets, hub, clock, log }: RunningJobParts): Promise<JobOutcome> {
    const { signal } = this.#abort
    const { payload, idempotencyKey, attempt } = job
    try {
      const run = await load()
      if (signal.aborted) return { is: 'unstarted' }
      const progress = (share: JobShare) => {
        this.share = share
      }
      const about = { settings, secrets, hub, progress, clock, log }
      const value = await run(payload, { signal, idempotencyKey, attempt, ...about })
      // What cannot be handed to the engine's thread must not reach it.
      return { is: 'done', value: structuredClone(value) }
    } catch (error) {
      return signal.aborted ? { is: 'interrupted', clean: true } : failure(error)
    }
  }
}

function failure(thrown: unknown): JobOutcome {
  const { message, cause } = asError(thrown)
  // fetch says only that it failed; why is in its cause.
  const words = cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message
  return {
    is: 'failed',
    code: thrown instanceof LaresError ? thrown.code : 'job_failed',
    message: words,
    retry: canRetry(thrown),
  }
}
