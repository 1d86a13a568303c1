import { describeIssues } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import { JOBS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { JobKind } from '../../engine/job-kind.ts'

export interface NewJob<P> {
  /** What it is about: of one key one job waits and one is run at most. At most 255 characters. */
  key: string
  payload: P
  /** Wall time before which it is not run. While the hub's clock follows no time source, nothing with one is. */
  dueAt?: number
  /** How long it is not run from now on, whatever the wall clock does. Default 0. */
  delayMs?: number
}

/**
 * Has something done outside the engine once this transaction is on the disk. Returns the job's id.
 *
 * A job of the same key that waits gets this payload and this time, and nobody does what it was told before; a back-off that
 * it is in is not cut short, and what failed of the key goes on being counted. One of the same key that is run now is left
 * alone, and this one is run after it.
 *
 * Throws `bad_params` for a payload that is not of its kind, `too_large`, and `too_many_jobs` while as many wait as may: a
 * handler that is to refuse what it was sent then must call this before its first write.
 */
export function enqueue<P>(context: Context, kind: JobKind<P, never>, job: NewJob<P>): number {
  if (!context.jobKinds.has(kind.name)) throw new Error(`the kind of job "${kind.name}" is in no registry`)
  const payload = checkedPayload(kind, job)
  const { key, dueAt = null, delayMs = 0 } = job
  const { db, now } = context
  const mono = context.mono ?? 0
  const bytes = Buffer.byteLength(payload)
  const replaced = db.prepare(WAITING).get(kind.name, key) as { bytes: number; backOffMono: number | null } | undefined
  // A service that is down is not asked more often because there is more to tell it.
  const waitMs = Math.max(delayMs, Math.ceil((replaced?.backOffMono ?? mono) - mono))
  const values = {
    ...{ kind: kind.name, key, delivery: kind.delivery.promise, payload, idempotency_key: context.id() },
    ...{ due_at: dueAt, delay_ms: waitMs, ready_at: now + waitMs, ready_mono: mono + waitMs, now },
  }
  const waiting = waitingOf(context, kind.name)
  const grows = bytes - (replaced?.bytes ?? 0)
  if (!replaced && waiting.jobs >= JOBS.waiting)
    throw new LaresError('too_many_jobs', `${JOBS.waiting} jobs of the kind "${kind.name}" wait already`)
  if (grows > 0 && waiting.bytes + grows > JOBS.waitingBytes)
    throw new LaresError('too_many_jobs', `jobs of the kind "${kind.name}" with ${waiting.bytes} bytes wait already`)
  if (dueAt === null && delayMs === 0) context.effect({ kind: 'jobs_due' })
  waiting.bytes += grows
  if (replaced) return db.prepare(REPLACE).pluck().get(values) as number
  waiting.jobs += 1
  return Number(db.prepare(INSERT).run(values).lastInsertRowid)
}

interface Waiting {
  jobs: number
  bytes: number
}

const counted = new WeakMap<object, Map<string, Waiting>>()

/** How many of a kind wait, counted once in a transaction: ten thousand take a millisecond, and a handler may enqueue many. */
function waitingOf({ db, basis }: Context, kind: string): Waiting {
  const byKind = counted.get(basis) ?? new Map<string, Waiting>()
  counted.set(basis, byKind)
  const known = byKind.get(kind)
  if (known) return known
  const count = db.prepare(COUNT).get(kind) as Waiting
  byKind.set(kind, count)
  return count
}

const WAITING = `
  SELECT octet_length(payload) AS bytes, back_off_mono AS backOffMono FROM jobs
  WHERE kind = ? AND key = ? AND state = 'waiting'`

const COUNT = `
  SELECT count(*) AS jobs, coalesce(sum(octet_length(payload)), 0) AS bytes FROM jobs WHERE state = 'waiting' AND kind = ?`

const REPLACE = `
  UPDATE jobs SET
    payload = :payload, delivery = :delivery, idempotency_key = :idempotency_key, attempts = 0,
    due_at = :due_at, delay_ms = :delay_ms, ready_at = :ready_at, ready_mono = :ready_mono, enqueued_at = :now
  WHERE kind = :kind AND key = :key AND state = 'waiting' RETURNING id`

const INSERT = `
  INSERT INTO jobs (kind, key, state, delivery, payload, idempotency_key, due_at, delay_ms, ready_at, ready_mono, enqueued_at)
  VALUES (:kind, :key, 'waiting', :delivery, :payload, :idempotency_key, :due_at, :delay_ms, :ready_at, :ready_mono, :now)`

function checkedPayload<P>({ name, payload }: JobKind<P, never>, job: NewJob<P>): string {
  if (job.key === '' || job.key.length > JOBS.keyLength)
    throw new LaresError('bad_params', `the key of a job "${name}" has 1 to ${JOBS.keyLength} characters`)
  const checked = payload.safeParse(job.payload)
  if (!checked.success)
    throw new LaresError('bad_params', `the payload of a job "${name}": ${describeIssues(checked.error)}`)
  const text = JSON.stringify(checked.data)
  const bytes = Buffer.byteLength(text)
  if (bytes > JOBS.payloadBytes)
    throw new LaresError('too_large', `the payload of a job "${name}" has ${bytes} bytes of ${JOBS.payloadBytes}`)
  return text
}
