import type { Database } from '../../../shared/sqlite/open.ts'
import type { EndedJob, JobDelivery } from '../../engine/job-kind.ts'

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
  attempts: number
}

const COLUMNS = 'id, kind, key, state, delivery, payload, idempotency_key, attempts'

export function jobRow(db: Database, id: number): JobRow | undefined {
  return db.prepare(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`).get(id) as JobRow | undefined
}

/** The row of a run, unless it has ended or another run began since. */
export function runningRow(db: Database, { job, run }: { job: number; run: string }): JobRow | undefined {
  return db.prepare(`SELECT ${COLUMNS} FROM jobs WHERE id = ? AND run = ? AND state = 'running'`).get(job, run) as
    | JobRow
    | undefined
}

/** Whether another job of its key waits. */
export function newerWaits(db: Database, { kind, key }: Pick<JobRow, 'kind' | 'key'>): boolean {
  const waiting = db.prepare("SELECT 1 FROM jobs WHERE state = 'waiting' AND kind = ? AND key = ?")
  return waiting.get(kind, key) !== undefined
}

/** What the engine part of its kind is told. */
export function endedJob({ id, key, payload, attempts, idempotency_key }: JobRow): EndedJob<unknown> {
  return { id, key, payload: JSON.parse(payload) as unknown, attempts, idempotencyKey: idempotency_key }
}
