import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import type { JobKind } from './job-kind.ts'

/** What a run is given beside its payload. */
export interface JobRunContext {
  /** Aborted at the deadline, when the job is cancelled, and when the hub stops: whoever waits for something passes it on. */
  signal: AbortSignal
  /** The same at every run of this payload: hand it to whoever must not do it twice. */
  idempotencyKey: string
  /** 1 at the first run. */
  attempt: number
  /** The sections of `hub.toml`: where something is, is said there, and never in a payload. */
  settings: Readonly<Record<string, unknown>>
  /** What lets the hub in where that is. */
  secrets: SecretReader
  clock: Clock
  log: Log
}

/**
 * Does a job, outside the engine. A `LaresError` that it throws fails the job with its code, and is tried again where the code
 * says that this can help; anything else is tried again. Its value must survive a structured clone.
 */
export type JobRun<P = unknown, V = unknown> = (payload: P, context: JobRunContext) => Promise<V>

/** The run of a kind, with the types of its engine part. */
export type RunOf<K> = K extends JobKind<infer P, infer V> ? JobRun<P, V> : never

/** By the kind's name; each loads its module when it is first needed. */
export type JobRunners = ReadonlyMap<string, () => Promise<JobRun>>
