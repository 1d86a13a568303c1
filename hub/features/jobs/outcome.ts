import { backoffMs } from '../../../shared/backoff.ts'
import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { JOBS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import { type EndedJob, type JobDelivery, type JobError, type JobKind, kindOf } from '../../engine/job-kind.ts'
import type { JobOutcome } from '../../engine/job-step.ts'
import { tellOfJobs } from './job-problems.ts'
import { type JobRow, type JobState, storedPayload, waitingOfKey } from './job-row.ts'

const DAY_MS = 86_400_000
/** What has ended of a kind that nothing is known of. */
const OTHERS_KEPT_MS = { done: DAY_MS, failed: 30 * DAY_MS }

/** Writes down what became of a run, and tells the engine part of its kind. */
export function conclude(
  context: Context,
  row: JobRow,
  { kind, outcome }: { kind: JobKind | undefined; outcome: JobOutcome },
) {
  switch (outcome.is) {
    case 'done':
      succeed(context, row, { kind, value: outcome.value })
      return
    case 'unstarted':
      putBack(context, row, row.attempts - 1)
      return
    case 'interrupted':
      lose(context, row, { kind, clean: outcome.clean })
      return
    case 'untold':
      giveUp(context, row, {
        kind: undefined,
        error: { code: 'handler_failed', message: outcome.message },
        state: 'failed',
      })
      return
    case 'failed':
      fall(context, row, { kind, error: outcome, again: outcome.retry })
  }
}

interface GivenUp {
  /** Absent: nobody is told, beside the hub's health. */
  kind: JobKind | undefined
  error: JobError
  state: 'failed' | 'cancelled'
}

/** Ends a job that is not to be run again, and tells its kind and the hub's health. */
export function giveUp(context: Context, row: JobRow, ended: GivenUp): void {
  endUndone(context, row, ended)
  tellOfJobs(context, row.kind)
}

/** The same for one of many: whoever ends them has the hub's health told of all of them at once. */
export function endUndone(context: Context, row: JobRow, { kind, error, state }: GivenUp): void {
  const told = readable(error)
  end(context, row, { kind, state, error: told })
  if (state === 'failed') {
    const { kind: name, key, attempts } = row
    context.addEvent({ type: 'job_failed', data: { id: row.id, kind: name, key, attempts, ...told } })
  }
  if (kind) tellItsKind(context, row, { kind, error: told })
}

function readable({ code, message }: JobError): JobError {
  return { code, message: cutText(cleanText(message), JOBS.errorLength) }
}

/** A kind that fails at that keeps nobody from giving the job up: what it did is undone, and the job says so. */
function tellItsKind(context: Context, row: JobRow, { kind, error }: { kind: JobKind; error: JobError }): void {
  const stored = storedPayload(kind, row.payload)
  if ('wrong' in stored) return
  const fault = context.attempt(() => kind.failed?.(context, endedJob(row, stored.payload), error))
  if (!fault) return
  const message = cutText(
    `${error.message}; the house failed at that, too: ${cleanText(fault.message)}`,
    JOBS.errorLength,
  )
  context.db.prepare('UPDATE jobs SET last_error = ? WHERE id = ?').run(message, row.id)
}

function succeed(context: Context, row: JobRow, { kind, value }: { kind: JobKind | undefined; value: unknown }): void {
  end(context, row, { kind, state: 'done', error: null })
  // What failed of this key before is settled by what was done of it since.
  const { changes } = context.db
    .prepare(
      "UPDATE jobs SET state = 'replaced', payload = 'null' WHERE kind = ? AND key = ? AND state = 'failed' AND id < ?",
    )
    .run(row.kind, row.key, row.id)
  if (changes > 0 || row.failures > 0) tellOfJobs(context, row.kind)
  if (!kind?.done) return
  const stored = storedPayload(kind, row.payload)
  if ('wrong' in stored) throw new Error(stored.wrong)
  kind.done(context, endedJob(row, stored.payload), value)
}

function endedJob({ id, key, attempts, idempotency_key }: JobRow, payload: unknown): EndedJob<unknown> {
  return { id, key, payload, attempts, idempotencyKey: idempotency_key }
}

/** Nobody saw its end. */
function lose(context: Context, row: JobRow, { kind, clean }: { kind: JobKind | undefined; clean: boolean }): void {
  const message = 'the hub ended while it ran: what it did is not known'
  if (row.delivery === 'at_most_once') {
    giveUp(context, row, { kind, state: 'failed', error: { code: 'outcome_unknown', message } })
    return
  }
  if (clean) putBack(context, row, row.attempts - 1)
  else if (kind) fall(context, row, { kind, error: { code: 'outcome_unknown', message }, again: true })
  // How often it may be tried, the version knows that has its kind.
  else putBack(context, row, row.attempts)
}

/** Has it wait again as one that was begun so often, unless a newer job of its key waits. */
function putBack(context: Context, row: JobRow, attempts: number): void {
  if (waitingOfKey(context.db, row) !== undefined) makeWay(context, row)
  else waitAgain(context, { ...row, attempts }, 0)
}

/** What failed of a key goes on being counted. */
const PASS_ON = `
  UPDATE jobs SET (failures, last_code, last_error) = (SELECT failures, last_code, last_error FROM jobs WHERE id = :id)
  WHERE kind = :kind AND key = :key AND state = 'waiting'`

function makeWay(context: Context, row: JobRow): void {
  const { id, kind, key } = row
  context.db.prepare(PASS_ON).run({ id, kind, key })
  end(context, row, { kind: kindOf(context, kind), state: 'replaced', error: null })
}

function fall(
  context: Context,
  row: JobRow,
  { kind, error, again }: { kind: JobKind | undefined; error: JobError; again: boolean },
): void {
  const delivery = kind?.delivery
  if (!again || delivery?.promise !== 'at_least_once' || row.delivery !== 'at_least_once') {
    giveUp(context, row, { kind, error, state: 'failed' })
    return
  }
  if (row.attempts >= delivery.attempts) giveUp(context, row, { kind, error, state: 'failed' })
  else putBack(context, row, row.attempts)
  backOff(context, row, { delivery, error })
}

/** A delay that was asked for may be longer than the back-off: then the job waits for that. */
const IS_LONGER = 'ready_mono <= :ready_mono'

const BACK_OFF = `
  UPDATE jobs SET
    failures = :failures, last_code = :code, last_error = :message, back_off_mono = :ready_mono,
    delay_ms = CASE WHEN ${IS_LONGER} THEN :delay_ms ELSE delay_ms END,
    ready_at = CASE WHEN ${IS_LONGER} THEN :ready_at ELSE ready_at END,
    ready_mono = CASE WHEN ${IS_LONGER} THEN :ready_mono ELSE ready_mono END
  WHERE kind = :kind AND key = :key AND state = 'waiting'`

/** Whatever waits of the key of a run that failed, itself or a newer job, would meet the same: it waits, longer each time. */
function backOff(
  context: Context,
  row: JobRow,
  { delivery, error }: { delivery: JobDelivery & { promise: 'at_least_once' }; error: JobError },
): void {
  const { db, now, mono } = context
  const failures = row.failures + 1
  const random = () => Buffer.from(context.random(4)).readUInt32LE() / 2 ** 32
  const delayMs = backoffMs(failures - 1, { ...delivery.backoff, random })
  const { changes } = db.prepare(BACK_OFF).run({
    ...{ kind: row.kind, key: row.key, failures, ...readable(error) },
    ...{ delay_ms: delayMs, ready_at: now + delayMs, ready_mono: (mono ?? 0) + delayMs },
  })
  if (changes > 0 && failures >= delivery.attempts) tellOfJobs(context, row.kind)
}

/** Puts a job back, to be run again after a delay. A back-off that it was in is over. */
export function waitAgain(
  { db, now, mono }: Context,
  { id, attempts }: Pick<JobRow, 'id' | 'attempts'>,
  delayMs: number,
): void {
  db.prepare(
    "UPDATE jobs SET state = 'waiting', attempts = ?, delay_ms = ?, ready_at = ?, ready_mono = ?, back_off_mono = NULL, ended_at = NULL, kept_until = NULL WHERE id = ?",
  ).run(attempts, delayMs, now + delayMs, (mono ?? 0) + delayMs, id)
}

/** What was done or replaced is never run again: of what it was to do nothing is kept. */
const END = `
  UPDATE jobs SET state = :state, ended_at = :now, kept_until = :now + :keepMs, last_code = :code, last_error = :message,
    failures = 0, payload = CASE WHEN :state IN ('done', 'replaced') THEN 'null' ELSE payload END
  WHERE id = :id`

function end(
  { db, now }: Context,
  { id }: JobRow,
  { kind, state, error }: { kind: JobKind | undefined; state: JobState; error: JobError | null },
): void {
  const keepMs = (kind?.keepMs ?? OTHERS_KEPT_MS)[state === 'failed' ? 'failed' : 'done']
  db.prepare(END).run({ id, state, now, keepMs, code: error?.code ?? null, message: error?.message ?? null })
}
