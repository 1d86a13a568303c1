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
  /** What makes this hub this hub. */
  hub: HubFiles
  /** Says how far it is, for people who watch; as often as it likes, it costs nothing. */
  progress(share: JobShare): void
  clock: Clock
  log: Log
}

/** Where the hub has what it cannot do without, beside its database. */
export interface HubFiles {
  /** The data folder. */
  folder: string
  /** The folder of keys. */
  keys: string
  tlsKey: string
  tlsCert: string
  /** hub.toml, when it runs with one. */
  config: string | null
  /** Of this program. */
  version: string
}

/** How far a run is: so many bytes of so many, 0 while nobody knows. */
export interface JobShare {
  /** What it does, in one word. */
  phase: string
  done: number
  total: number
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
