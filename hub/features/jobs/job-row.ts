import { describeIssues } from '../../../shared/codec.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { JobDelivery, JobKind } from '../../engine/job-kind.ts'

export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled', 'replaced'] as const
export type JobState = (typeof JOB_STATES)[number]

/** A row of `jobs`, as far as rules look at it. */
export interface JobRow {
  id: number
  kind: string
  key: string
  state: JobState
  delivery: JobDelivery['promise']
  payload: string
  idempotency_key: string
  /** Names the run that was begun last. */
  run: string | null
  attempts: number
  /** Runs of its key that failed one after the other, whatever they were to do. */
  failures: number
  /** When what it is to do was last said. */
  enqueued_at: number
}

export const JOB_COLUMNS =
  'id, kind, key, state, delivery, payload, idempotency_key, run, attempts, failures, enqueued_at'

export function jobRow(db: Database, id: number): JobRow | undefined {
  return db.prepare(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = ?`).get(id) as JobRow | undefined
}

/** The row of a run, unless it has ended or another run began since. */
export function runningRow(db: Database, { job, run }: { job: number; run: string }): JobRow | undefined {
  return db.prepare(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = ? AND run = ? AND state = 'running'`).get(job, run) as
    | JobRow
    | undefined
}

/** The job of its key that waits. While another one runs it is newer than that: nothing older is put back then. */
export function waitingOfKey(db: Database, { kind, key }: JobRow): number | undefined {
  const waiting = db.prepare("SELECT id FROM jobs WHERE state = 'waiting' AND kind = ? AND key = ?")
  return waiting.pluck().get(kind, key) as number | undefined
}

/** The job of its key that runs, if what that is to do was said later: its id may be lower, as one that waits is told anew. */
export function newerRunning(db: Database, { id, kind, key, enqueued_at }: JobRow): number | undefined {
  const running = db.prepare(
    "SELECT id FROM jobs WHERE state = 'running' AND kind = ? AND key = ? AND (enqueued_at, id) > (?, ?)",
  )
  return running.pluck().get(kind, key, enqueued_at, id) as number | undefined
}

/** What was stored of a job, as its kind wants it now; `wrong`: it is not that, or no JSON at all. */
export type StoredPayload = { payload: unknown } | { wrong: string }

export function storedPayload({ payload: schema }: Pick<JobKind, 'payload'>, text: string): StoredPayload {
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch {
    return { wrong: 'what it is to do is damaged in the database' }
  }
  const checked = schema.safeParse(stored)
  return checked.success
    ? { payload: checked.data }
    : { wrong: `what it is to do does not fit this version of Lares: ${describeIssues(checked.error)}` }
}
