import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { kindOf } from '../../engine/job-kind.ts'
import { conditions, page } from '../../query/list-query.ts'
import { tellOfJobs } from './job-problems.ts'
import { JOB_STATES, type JobRow, type JobState, jobRow, newerRunning, waitingOfKey } from './job-row.ts'
import { giveUp, waitAgain } from './outcome.ts'

const named = z.strictObject({ id: z.number(), kind: z.string(), key: z.string() })

export const listJobs = adminCommand({
  area: 'jobs',
  verb: 'list',
  needs: 'administer',
  summary: 'Work that is not to be lost, newest first: what waits, runs, has failed or was done',
  params: z.strictObject({
    state: z.enum(JOB_STATES).optional(),
    kind: text(40).optional(),
    limit: z.int().min(1).max(200).default(50),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    jobs: z.array(
      z.strictObject({
        id: z.number(),
        kind: z.string(),
        key: z.string(),
        state: z.enum(JOB_STATES),
        last_error: z.string().nullable(),
        attempts: z.number(),
        /** When one that waits may be run; a clock that follows no time source holds back what was to be done at a time. */
        due_at: time.nullable(),
        ended_at: time.nullable(),
        enqueued_at: time,
        last_code: z.string().nullable(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [
    { says: 'what has failed and waits for a decision', params: { state: 'failed' } },
    { says: 'all there is', params: {} },
  ],
  positional: ['state'],
  changes: false,
  query({ db }, params) {
    const where = conditions()
      .when('state = ?', params.state)
      .when('kind = ?', params.kind)
      .when('id < ?', params.after)
    const rows = db
      .prepare(
        `SELECT id, kind, key, state, last_error, attempts, CASE WHEN state = 'waiting' THEN max(ready_at, coalesce(due_at, 0)) END AS due_at,
           ended_at, enqueued_at, last_code FROM jobs WHERE ${where.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { id: number }[]
    const { rows: jobs, next } = page(rows, params.limit, ({ id }) => id)
    return { jobs, ...(next === undefined ? {} : { next }) }
  },
})

export const retryJob = adminCommand({
  area: 'jobs',
  verb: 'retry',
  needs: 'administer',
  summary: 'Run a job again that has failed or was given up, or one now that waits after a failure',
  params: z.strictObject({ id: z.int() }),
  result: named,
  examples: [{ says: 'after the cause was mended', params: { id: 1 } }],
  positional: ['id'],
  changes: true,
  run(context, { id }) {
    const { db, caller } = context
    const row = found(db, id)
    const { kind, key, state } = row
    if (state !== 'failed' && state !== 'cancelled' && state !== 'waiting')
      throw new LaresError('bad_params', `job ${id} is ${state}: there is nothing to run again`)
    if (state !== 'waiting') refuseWhatIsSuperseded(db, row)
    // A person looked: what failed before does not count, and what it was to wait for is over.
    db.prepare('UPDATE jobs SET failures = 0 WHERE id = ?').run(id)
    if (state !== 'waiting' || row.attempts > 0) db.prepare('UPDATE jobs SET due_at = NULL WHERE id = ?').run(id)
    waitAgain(context, { id, attempts: 0 }, 0)
    context.addEvent({ type: 'job_retried', source: 'user', data: { id, kind, key, by: caller.principal } })
    context.effect({ kind: 'jobs_due' })
    tellOfJobs(context, kind)
    return { id, kind, key }
  },
})

/** Once it waited, a job that runs would make way for it when it fails or the hub stops: the newest would be lost to it. */
function refuseWhatIsSuperseded(db: Database, row: JobRow): void {
  const ofKey = `of the kind "${row.kind}" and the key ${row.key}`
  const waiting = waitingOfKey(db, row)
  if (waiting !== undefined)
    throw new LaresError('already_exists', `job ${waiting} ${ofKey} waits already`, {
      hint: 'It is run in its turn; lares jobs list shows it.',
    })
  const running = newerRunning(db, row)
  if (running !== undefined)
    throw new LaresError('already_exists', `job ${running} ${ofKey} runs already, and is newer`, {
      hint: 'It does what was wanted last; lares jobs list shows what becomes of it.',
    })
}

const MAY_BE_GIVEN_UP: ReadonlySet<JobState> = new Set(['waiting', 'running', 'failed'])

export const cancelJob = adminCommand({
  area: 'jobs',
  verb: 'cancel',
  needs: 'administer',
  summary: 'Give a job up that waits, runs or has failed',
  params: z.strictObject({ id: z.int() }),
  result: named.extend({ was: z.enum(JOB_STATES) }),
  examples: [{ says: 'when nobody needs it any more', params: { id: 1 } }],
  positional: ['id'],
  changes: true,
  danger({ db }, { id }) {
    const { kind, key, state } = found(db, id)
    if (!MAY_BE_GIVEN_UP.has(state)) return null
    if (state === 'running')
      return `Job ${id} ("${kind}", ${key}) runs: it is ended, and what it did by then stays done.`
    return `Job ${id} ("${kind}", ${key}) will not be done.`
  },
  run(context, { id }) {
    const { db, caller } = context
    const row = found(db, id)
    const { kind, key, state } = row
    if (!MAY_BE_GIVEN_UP.has(state)) throw new LaresError('bad_params', `job ${id} is ${state} already`)
    const message = state === 'running' ? 'given up while it ran: what it did is not known' : 'given up by a person'
    giveUp(context, row, { kind: kindOf(context, kind), error: { code: 'cancelled', message }, state: 'cancelled' })
    context.addEvent({ type: 'job_cancelled', source: 'user', data: { id, kind, key, state, by: caller.principal } })
    if (state === 'running' && row.run !== null) context.effect({ kind: 'end_run', run: row.run })
    return { id, kind, key, was: state }
  },
})

function found(db: Database, id: number): JobRow {
  const row = jobRow(db, id)
  if (!row) throw new LaresError('not_found', `there is no job ${id}`)
  return row
}

export const COMMANDS = [listJobs, retryJob, cancelJob] as const
