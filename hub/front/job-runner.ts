import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Verdict } from '../engine/input.ts'
import type { HubFiles, JobRunners, JobShare } from '../engine/job-run.ts'
import type { ClaimedJob, JobFigures, JobOutcome, JobRunId, JobStep } from '../engine/job-step.ts'
import { JOB_RUNNERS } from '../features/job-runners.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import { RunningJob } from './running-job.ts'

export interface JobRunnerParts {
  /** The sections of `hub.toml`, for what is run. Default: none. */
  settings?: Readonly<Record<string, unknown>>
  secrets: SecretReader
  hub: HubFiles
  /** Has the engine write a step down; resolves once it is on the disk. Rejects when nothing of it is. */
  persist: (change: JobStep) => Promise<{ verdict: Verdict; value: unknown }>
  /** Whether the database is open. */
  isOpen: () => boolean
  clock: Clock
  log: Log
  /** Why not everything that is due is run, or that it is again. */
  stuck: (reason: string | null) => void
  /** Absent: those of the registry. */
  runners?: JobRunners
}

/** Of all kinds together: each may hold a connection and what it reads. */
export const RUNS_AT_ONCE = 16
/** Between two tries to have the engine say or write down something. */
const AGAIN = { firstMs: 1_000, capMs: 60_000 }
/** What is aborted at the stop has this long to end by itself. */
const LAST_WORDS_MS = 500
/** After its end a run may have so much to put away; one that goes on then hears nothing. */
const PUT_AWAY_MS = 10_000
/** The house may fail at this very outcome: it is not sent more often than this. */
const OUTCOME_TRIES = 5

/** Why an outcome is not on the disk: the house refused it, a fault of ours took its batch along, or the disk takes nothing. */
interface Untold {
  is: 'refused' | 'broken' | 'fault'
  error: string
}

/**
 * Runs durable jobs outside the engine. What may run the engine decides, and marks it on the disk before anything of it
 * begins; what became of it goes back as an input. Asks only when it is woken: by a commit that enqueued something, by a run
 * that ended, or by the engine's tick once something became due.
 */
export class JobRunner implements Service {
  #parts: JobRunnerParts
  #runners: JobRunners
  /** By run: those that have not ended, whether their end is written down or not. */
  #runs = new Map<string, RunningJob>()
  /** Runs that were ended and hear nothing. */
  #deaf = new Set<RunningJob>()
  /** Runs that were given up before they were handed out. */
  #givenUp = new Set<string>()
  #open = false
  #settled = false
  #wanted = false
  #asking: Promise<void> | null = null
  #askAgain: Cancel = () => {}
  #unanswered = new Backoff(AGAIN)
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

  /** How far those are that say so. */
  get shares(): readonly (JobShare & { job: number })[] {
    return [...this.#runs.values()].flatMap(({ job, share }) => (share ? [{ job: job.job, ...share }] : []))
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
  end(run: string): void {
    const running = this.#runs.get(run)
    running?.end(null, 'the job was cancelled')
    // It may have been claimed in the very batch in which it was given up: nobody has it yet.
    if (!running && this.#asking) this.#givenUp.add(run)
  }

  /** Aborts what runs and writes down how far it came. Bounded, unless the engine does not answer. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#askAgain()
    const running = [...this.#runs.values()]
    for (const run of running) run.abort('the hub stops')
    const cancel: Cancel = this.#parts.clock.after(LAST_WORDS_MS, () => {
      for (const run of running) run.end({ is: 'interrupted', clean: true }, 'the hub stops')
    })
    await Promise.all([this.#asking, ...running.map(({ over }) => over)])
    cancel()
  }

  async #ask(): Promise<void> {
    this.#askAgain()
    try {
      await this.#settle()
      while (this.#wanted && !this.#stop.signal.aborted) {
        this.#wanted = false
        await this.#claim()
      }
      if (this.#unanswered.failures > 0) this.#tellStuck()
      this.#unanswered.reset()
    } catch (error) {
      this.#wanted = false
      this.#tellUnanswered(asError(error))
      this.#askAgain = this.#parts.clock.after(this.#unanswered.next(), () => this.wake())
    } finally {
      this.#givenUp.clear()
    }
  }

  /** Once: nobody saw the end of what an earlier life of the hub ran. */
  async #settle(): Promise<void> {
    if (this.#settled) return
    const found = await this.#answer<JobRunId[]>({ step: 'found' })
    await Promise.all(found.map((run) => this.#tell(run, { is: 'interrupted', clean: false })))
    this.#settled = true
  }

  async #claim(): Promise<void> {
    const most = RUNS_AT_ONCE - this.#runs.size
    if (most <= 0) return
    const kinds = [...this.#runners.keys()]
    const going = [...this.#runs.values()].map(({ job: { kind, key } }) => ({ kind, key }))
    const claimed = await this.#answer<ClaimedJob[]>({ step: 'claim', most, kinds, going })
    await Promise.all(claimed.map((job) => this.#begin(job)))
  }

  /** Throws when the engine has none. */
  async #answer<T>(step: JobStep): Promise<T> {
    const { verdict, value } = await this.#parts.persist(step)
    if (verdict !== 'stored') throw new LaresError('part_failed', errorIn(value))
    return value as T
  }

  async #begin(job: ClaimedJob): Promise<void> {
    const { clock, log } = this.#parts
    if (this.#givenUp.has(job.run)) return
    const load = this.#runners.get(job.kind)
    if (this.#stop.signal.aborted || !load) {
      await this.#tell(job, { is: 'unstarted' })
      return
    }
    const run = new RunningJob({
      job,
      load,
      settings: this.#parts.settings ?? {},
      secrets: this.#parts.secrets,
      hub: this.#parts.hub,
      clock,
      log,
      ended: (outcome) => this.#ended(job, outcome),
    })
    this.#runs.set(job.run, run)
    void run.over.then(() => this.#over(run))
  }

  async #ended(job: ClaimedJob, outcome: JobOutcome | null): Promise<void> {
    if (outcome) await this.#tell(job, outcome)
    this.#count(job.kind, outcome)
  }

  /** Its place and its key are free once nothing of it goes on. */
  #over(run: RunningJob): void {
    if (this.#stop.signal.aborted) return
    const { kind, job } = run.job
    const cancel = this.#parts.clock.after(PUT_AWAY_MS, () => {
      this.#deaf.add(run)
      this.#parts.log.warn({ kind, job }, 'a run was ended and goes on all the same')
      this.#tellStuck()
    })
    void run.gone.then(() => {
      cancel()
      this.#runs.delete(run.job.run)
      if (this.#deaf.delete(run)) {
        this.#parts.log.info({ kind, job }, 'a run that went on has ended')
        this.#tellStuck()
      }
      this.wake()
    })
  }

  #tellStuck(): void {
    this.#parts.stuck(heldUpBy([...this.#deaf].map(({ job }) => job)))
  }

  /** A disk that takes nothing is told by others. */
  #tellUnanswered(error: Error): void {
    this.#parts.log.debug({ error: error.message }, 'no jobs could be claimed')
    if (!(error instanceof LaresError) || error.code !== 'part_failed') return
    if (this.#unanswered.failures === 0) this.#parts.log.error({ error: error.message }, 'no job is run')
    this.#parts.stuck(`no job is run, because the house failed at saying which: ${error.message}`)
  }

  /** Resolves once it is on the disk, or once the hub stops and it cannot be written. */
  async #tell({ job, run }: JobRunId, became: JobOutcome): Promise<void> {
    const { clock, log } = this.#parts
    const again = new Backoff(AGAIN)
    let outcome = became
    let broken = 0
    for (;;) {
      const untold = await this.#write({ step: 'ended', job, run, outcome })
      if (!untold) return
      const { is, error } = untold
      if (is === 'broken') broken += 1
      if (outcome.is !== 'untold' && (is === 'refused' || broken >= OUTCOME_TRIES)) {
        log.error({ job, outcome: outcome.is, error }, 'the house failed at what became of a job')
        outcome = { is: 'untold', message: `the house failed at what became of it: ${error}` }
        continue
      }
      if (this.#stop.signal.aborted) {
        log.warn({ job, error }, 'what became of a job could not be written down')
        return
      }
      await again.wait(clock, this.#stop.signal)
    }
  }

  async #write(step: JobStep): Promise<Untold | null> {
    try {
      const { verdict, value } = await this.#parts.persist(step)
      return verdict === 'rejected' ? { is: 'refused', error: errorIn(value) } : null
    } catch (error) {
      const isOurs = error instanceof LaresError && error.code === 'internal'
      return { is: isOurs ? 'broken' : 'fault', error: asError(error).message }
    }
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

/** What is not run because of runs that were ended and hear nothing, in words; `null`: there are none. */
function heldUpBy(deaf: readonly ClaimedJob[]): string | null {
  const last = deaf.at(-1)
  if (!last) return null
  if (deaf.length === RUNS_AT_ONCE)
    return `${RUNS_AT_ONCE} runs of jobs do not end, the last of the kind "${last.kind}": no job is run`
  return [...Map.groupBy(deaf, ({ kind }) => kind).values()].map(heldUpByKind).join('; ')
}

/** A run keeps its key and its place among those of its kind. */
function heldUpByKind(deaf: readonly ClaimedJob[]): string {
  const { job, kind, key, concurrency } = deaf.at(-1) as ClaimedJob
  const isFull = deaf.length >= concurrency
  if (deaf.length === 1)
    return (
      `the run of job ${job} ("${kind}", ${key}) was ended and goes on all the same: ` +
      `${isFull ? 'none of its kind' : 'no other of its key'} is run until it has ended or the hub is restarted`
    )
  return (
    `${deaf.length} runs of jobs "${kind}" were ended and go on all the same, the last of job ${job} (${key}): ` +
    `${isFull ? 'none of this kind' : 'no other of their keys'} is run until one has ended or the hub is restarted`
  )
}

/** Why the house rejected an input, as its engine says it. */
function errorIn(value: unknown): string {
  return (value as { error?: string } | undefined)?.error ?? 'it was refused'
}
