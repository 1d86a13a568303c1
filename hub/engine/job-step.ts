import type { ErrorCode } from '../../shared/errors.ts'

/** What the runner on the front has the engine write down, each an input of its own. */
export type JobStep =
  /** Asked once, before anything is run: the runs that an earlier life of the hub began and did not end. */
  | { step: 'found' }
  /** Up to `most` jobs are to be run now, of the kinds that the runner can run, beside those that go on. */
  | { step: 'claim'; most: number; kinds: string[]; going: JobKey[] }
  | ({ step: 'ended'; outcome: JobOutcome } & JobRunId)

/** What at most one run is of at a time. */
export interface JobKey {
  kind: string
  key: string
}

/** One run of a job. Whatever is said of another run of it is late, and changes nothing. */
export interface JobRunId {
  job: number
  run: string
}

/** A job that is marked as running, on the disk, before anything of it begins. */
export interface ClaimedJob extends JobRunId, JobKey {
  payload: unknown
  /** The same at every run of this payload. */
  idempotencyKey: string
  /** 1 at the first run. */
  attempt: number
  deadlineMs: number
  /** Runs of its kind at the same time. */
  concurrency: number
}

/** What became of one run. Everything in it survives a structured clone. */
export type JobOutcome =
  | { is: 'done'; value: unknown }
  /** `retry`: whether trying the same again can help. Nothing is tried again of a kind that runs at most once. */
  | { is: 'failed'; code: ErrorCode; message: string; retry: boolean }
  /** The hub ended meanwhile: nobody knows what it did. `clean`: it was told to, so the run is not to blame. */
  | { is: 'interrupted'; clean: boolean }
  /** It was claimed, and nothing of it began. */
  | { is: 'unstarted' }
  /** The house failed at what became of it: the job is failed, and the engine part of its kind is not called again. */
  | { is: 'untold'; message: string }

/** How many jobs of a kind there are, for the metrics. */
export interface JobFigures {
  kind: string
  waiting: number
  running: number
  failed: number
  /** House time since when the longest waiting of those that may run could run; `null`: none could. */
  dueSince: number | null
}
