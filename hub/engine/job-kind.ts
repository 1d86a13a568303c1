import type { z } from 'zod'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Context } from './context.ts'
import { wrongInPayload } from './job-payload.ts'

/** A job as the engine's part of its kind sees it. */
export interface EndedJob<P> {
  id: number
  key: string
  payload: P
  /** Runs that were begun, the last one included. */
  attempts: number
  idempotencyKey: string
}

export interface JobError {
  code: ErrorCode
  message: string
}

/**
 * What a kind promises of a job that is enqueued.
 *
 * - `at_least_once`: it is run until it is done, fails in a way that trying again cannot help, or `attempts` are used up.
 *   Each run has the same idempotency key. A run whose end nobody saw counts as one and is repeated.
 * - `at_most_once`: it is run once. When nobody saw its end, the job is failed, and only a person has it run again.
 */
export type JobDelivery =
  | {
      promise: 'at_least_once'
      attempts: number
      /** Between two runs of a key that failed, doubling with each in a row, with jitter after the cap. */
      backoff: { firstMs: number; capMs: number }
    }
  | { promise: 'at_most_once' }

/**
 * Work outside the engine that must not be lost: its engine part, loaded in the engine's thread alone. What is run stands
 * under the same name among the feature's runners and is loaded at the first run, on the front.
 */
export interface JobKind<P = unknown, V = unknown> {
  /** In lower case, as it is shown to people and in metrics. */
  name: string
  /**
   * Says of each part what it is; every object of it is strict, and no field is named like a secret: payloads are shown and
   * copied into backups.
   */
  payload: z.ZodType<P>
  delivery: JobDelivery
  /** Runs at the same time. Of one key there is never more than one. */
  concurrency: number
  /** A run that takes longer is ended and failed; what it says later is not heard. */
  deadlineMs: number
  /** How long what has ended is kept for people to see. A job that failed is an alert as long as it is kept. */
  keepMs: { done: number; failed: number }
  /** In the transaction in which the job is done. What it throws undoes that, and the job is failed. */
  done?(context: Context, job: EndedJob<P>, value: V): void
  /** In the transaction in which the job fails for good or is cancelled. */
  failed?(context: Context, job: EndedJob<P>, error: JobError): void
}

export type JobKinds = ReadonlyMap<string, JobKind>

/** Declares a kind; `V` is what its run resolves to. */
export function jobKind<P, V = void>(kind: JobKind<P, V>): JobKind<P, V> {
  return kind
}

/** The kinds by their names. Throws for one that is declared wrongly: it is a fault of ours. */
export function jobKinds(kinds: readonly JobKind[]): JobKinds {
  const byName = new Map<string, JobKind>()
  for (const kind of kinds) {
    const wrong = byName.has(kind.name) ? 'its name is taken' : wrongIn(kind)
    if (wrong !== null) throw new Error(`the kind of job "${kind.name}": ${wrong}`)
    byName.set(kind.name, kind)
  }
  return byName
}

/** The kind of this name, or nothing where this hub has none. */
export function kindOf({ jobKinds }: Pick<Context, 'jobKinds'>, name: string): JobKind | undefined {
  return (jobKinds as JobKinds).get(name)
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/

function wrongIn({ name, payload, delivery, concurrency, deadlineMs }: JobKind): string | null {
  if (!NAME.test(name)) return 'a name is at most 40 of a-z, 0-9 and _'
  if (concurrency < 1 || deadlineMs <= 0) return 'nothing of it could ever run'
  if (delivery.promise === 'at_least_once' && delivery.attempts < 1) return 'at least once is at least one attempt'
  return wrongInPayload(payload)
}
