import { type Cancel, type Clock, wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Verdict } from '../engine/input.ts'
import type { JobRunners } from '../engine/job-run.ts'
import type { ClaimedJob, JobFigures, JobOutcome, JobRunId, JobStep } from '../engine/job-step.ts'
import { JOB_RUNNERS } from '../features/job-runners.ts'
import { RunningJob } from './running-job.ts'

export interface JobRunnerParts {
  /** The sections of `hub.toml`, for what is run. Default: none. */
  settings?: Readonly<Record<string, unknown>>
  /** Has the engine write a step down; resolves once it is on the disk. Rejects when nothing of it is. */
  persist: (change: JobStep) => Promise<{ verdict: Verdict; value: unknown }>
  /** Whether the database is open. */
  isOpen: () => boolean
  clock: Clock
  log: Log
  /** Nothing more can be run, or something again. */
  stuck: (reason: string | null) => void
  /** Absent: those of the registry. */
  runners?: JobRunners
}

/** Of all kinds together: each may hold a connection and what it reads. */
export const RUNS_AT_ONCE = 16
/** Between two tries to have the engine write down what became of a run. */
const TELL_AGAIN_MS = 1_000
/** What is aborted at the stop has this long to end by itself. */
const LAST_WORDS_MS = 500

/**
 * Runs durable jobs outside the engine. What may run the engine decides, and marks it on the disk before anything of it
 * begins; what became of it goes back as an input. Asks only when it is woken: by a commit that enqueued something, by a run
 * that ended, or by the engine's tick once something became due.
 */
export class JobRunner implements Service {
  #parts: JobRunnerParts
  #runners: JobRunners
  #runs = new Map<number, RunningJob>()
  /** Runs that were ended and go on all the same. */
  #lingering = 0
  #open = false
  #settled = false
  #wanted = false
  #asking: Promise<void> | null = null
  #stop = new AbortController()
  #figures: JobFigures[] = []
  #outcomes = new Map<string, { kind: string; outcome: string; runs: number }>()

  constructor(parts: JobRunnerParts) {
    this.#parts = parts
    this.#runners = parts.runners ?? JOB_RUNNERS
  }

  /** How many jobs of each kind there are, as the engine said last. */
  get figures(): readonly JobFigures[] {
    return this.#figures
  }

  /** Runs that ended since the start, by what became of them. */
  get outcomes(): readonly { kind: string; outcome: string; runs: number }[] {
    return [...this.#outcomes.values()]
  }

  start(): void {
    if (this.#parts.isOpen()) this.begin()
  }

  /** The database could be opened: what an earlier life left is settled, and what waits is run. */
  begin(): void {
    this.#open = true
    this.wake()
  }

  note(figures: JobFigures[]): void {
    this.#figures = figures
  }

  wake(): void {
    this.#wanted = true
    if (!this.#open || this.#stop.signal.aborted) return
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
      if (this.#wanted) this.wake()
    })
  }

  /** A person gave the job up: its row says so already, and nobody waits for its outcome. */
  end(job: number): void {
    this.#runs.get(job)?.end(null, 'the job was cancelled')
  }

  /** Aborts what runs and writes down how far it came. Bounded. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#asking
    for (const run of this.#runs.values()) run.abort('the hub stops')
    const cancel: Cancel = this.#parts.clock.after(LAST_WORDS_MS, () => {
      for (const run of this.#runs.values()) run.end({ is: 'interrupted', clean: true }, 'the hub stops')
    })
    await Promise.all([...this.#runs.values()].map(({ over }) => over))
    cancel()
  }

  async #ask(): Promise<void> {
    try {
      while (this.#wanted && !this.#stop.signal.aborted) {
        this.#wanted = false
        await this.#settle()
        const most = RUNS_AT_ONCE - this.#runs.size - this.#lingering
        if (most <= 0) return
        const kinds = [...this.#runners.keys()]
        const { verdict, value } = await this.#parts.persist({ step: 'claim', most, kinds })
        if (verdict !== 'stored') throw new Error('the engine could not say what is to be run')
        for (const job of value as ClaimedJob[]) await this.#begin(job)
      }
    } catch (error) {
      // Whatever is due is said again by the next tick of an engine that can store.
      this.#parts.log.debug({ error: asError(error).message }, 'no jobs could be claimed')
    }
  }

  /** Once: nobody saw the end of what an earlier life of the hub ran. */
  async #settle(): Promise<void> {
    if (this.#settled) return
    const { verdict, value } = await this.#parts.persist({ step: 'found' })
    if (verdict !== 'stored') throw new Error('the engine could not say what ran before')
    for (const run of value as JobRunId[]) await this.#tell(run, { is: 'interrupted', clean: false })
    this.#settled = true
  }

  async #begin(job: ClaimedJob): Promise<void> {
    const { clock, log } = this.#parts
    const load = this.#runners.get(job.kind)
    if (this.#stop.signal.aborted || !load) {
      await this.#tell(job, { is: 'unstarted' })
      return
    }
    const run = new RunningJob({
      job,
      load,
      settings: this.#parts.settings ?? {},
      clock,
      log,
      ended: (outcome) => this.#ended(job, outcome),
      settled: (lingers) => this.#over(job, lingers),
      gone: () => this.#gone(job),
    })
    this.#runs.set(job.job, run)
  }

  async #ended(job: ClaimedJob, outcome: JobOutcome | null): Promise<void> {
    if (outcome) await this.#tell(job, outcome)
    this.#count(job.kind, outcome)
  }

  #over(job: ClaimedJob, lingers: boolean): void {
    this.#runs.delete(job.job)
    if (lingers) {
      this.#lingering += 1
      this.#parts.log.warn({ kind: job.kind, job: job.job }, 'a run was ended and goes on all the same')
      if (this.#lingering === RUNS_AT_ONCE)
        this.#parts.stuck(`${RUNS_AT_ONCE} runs of jobs do not end, the last of the kind "${job.kind}"`)
    }
    this.wake()
  }

  #gone(job: ClaimedJob): void {
    if (this.#lingering === RUNS_AT_ONCE) this.#parts.stuck(null)
    this.#lingering -= 1
    this.#parts.log.info({ kind: job.kind, job: job.job }, 'a run that went on has ended')
    this.wake()
  }

  /** Resolves once it is on the disk; a disk that takes nothing is waited for. */
  async #tell({ job, run }: JobRunId, became: JobOutcome): Promise<void> {
    let outcome = became
    for (;;) {
      try {
        const { verdict, value } = await this.#parts.persist({ step: 'ended', job, run, outcome })
        if (verdict !== 'rejected') return
        outcome = this.#untold(job, outcome, (value as { error?: string } | undefined)?.error ?? 'it was refused')
      } catch (error) {
        if (this.#stop.signal.aborted) {
          this.#parts.log.warn({ job, error: asError(error).message }, 'what became of a job could not be written down')
          return
        }
        if (error instanceof LaresError && error.code === 'internal')
          outcome = this.#untold(job, outcome, error.message)
        await wait(this.#parts.clock, TELL_AGAIN_MS, this.#stop.signal)
      }
    }
  }

  #untold(job: number, outcome: JobOutcome, error: string): JobOutcome {
    this.#parts.log.error({ job, outcome: outcome.is, error }, 'the house failed at what became of a job')
    return { is: 'untold', message: `the house failed at what became of it: ${error}` }
  }

  #count(kind: string, outcome: JobOutcome | null): void {
    const is =
      outcome === null
        ? 'cancelled'
        : outcome.is === 'failed' && outcome.code === 'timed_out'
          ? 'timed_out'
          : outcome.is
    const count = this.#outcomes.get(`${kind} ${is}`) ?? { kind, outcome: is, runs: 0 }
    count.runs += 1
    this.#outcomes.set(`${kind} ${is}`, count)
  }
}
