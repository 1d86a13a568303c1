import { backoffMs } from '../../../shared/backoff.ts'
import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { JOBS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import { type EndedJob, type JobError, type JobKind, kindOf } from '../../engine/job-kind.ts'
import type { JobOutcome } from '../../engine/job-step.ts'
import { tellFailed } from './failed-jobs.ts'
import { type JobRow, type JobState, newerWaits, storedPayload } from './job-row.ts'

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
      putBack(context, row)
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

/** Ends a job that is not to be run again, and tells its kind. */
export function giveUp(
  context: Context,
  row: JobRow,
  { kind, error, state }: { kind: JobKind | undefined; error: JobError; state: 'failed' | 'cancelled' },
): void {
  const told = { code: error.code, message: cutText(cleanText(error.message), JOBS.errorLength) }
  end(context, row, { kind, state, error: told })
  if (state === 'failed') {
    const { kind: name, key, attempts } = row
    context.addEvent({ type: 'job_failed', data: { id: row.id, kind: name, key, attempts, ...told } })
  }
  if (kind) tellItsKind(context, row, { kind, error: told })
  tellFailed(context, row.kind)
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
  if (changes > 0) tellFailed(context, row.kind)
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
  if (clean) putBack(context, row)
  else fall(context, row, { kind, error: { code: 'outcome_unknown', message }, again: true })
}

/** As if it had never been claimed. */
function putBack(context: Context, row: JobRow): void {
  if (!makeWay(context, row)) waitAgain(context, { ...row, attempts: row.attempts - 1 }, 0)
}

function fall(
  context: Context,
  row: JobRow,
  { kind, error, again }: { kind: JobKind | undefined; error: JobError; again: boolean },
): void {
  const delivery = kind?.delivery
  if (
    !again ||
    delivery?.promise !== 'at_least_once' ||
    row.delivery !== 'at_least_once' ||
    row.attempts >= delivery.attempts
  ) {
    giveUp(context, row, { kind, error, state: 'failed' })
    return
  }
  if (makeWay(context, row)) return
  const random = () => Buffer.from(context.random(4)).readUInt32LE() / 2 ** 32
  waitAgain(context, row, backoffMs(row.attempts - 1, { ...delivery.backoff, random }))
  context.db
    .prepare('UPDATE jobs SET last_code = ?, last_error = ? WHERE id = ?')
    .run(error.code, cutText(cleanText(error.message), JOBS.errorLength), row.id)
}

/** Whether a newer job of its key waits: then this one does not. */
function makeWay(context: Context, row: JobRow): boolean {
  if (!newerWaits(context.db, row)) return false
  end(context, row, { kind: kindOf(context, row.kind), state: 'replaced', error: null })
  return true
}

/** Puts a job back, to be run again after a delay. */
export function waitAgain(
  { db, now, mono }: Context,
  { id, attempts }: Pick<JobRow, 'id' | 'attempts'>,
  delayMs: number,
): void {
  db.prepare(
    "UPDATE jobs SET state = 'waiting', attempts = ?, delay_ms = ?, ready_at = ?, ready_mono = ?, ended_at = NULL, kept_until = NULL WHERE id = ?",
  ).run(attempts, delayMs, now + delayMs, (mono ?? 0) + delayMs, id)
}

/** What was done or replaced is never run again: of what it was to do nothing is kept. */
const END = `
  UPDATE jobs SET state = :state, ended_at = :now, kept_until = :now + :keepMs, last_code = :code, last_error = :message,
    payload = CASE WHEN :state IN ('done', 'replaced') THEN 'null' ELSE payload END
  WHERE id = :id`

function end(
  { db, now }: Context,
  { id }: JobRow,
  { kind, state, error }: { kind: JobKind | undefined; state: JobState; error: JobError | null },
): void {
  const keepMs = (kind?.keepMs ?? OTHERS_KEPT_MS)[state === 'failed' ? 'failed' : 'done']
  db.prepare(END).run({ id, state, now, keepMs, code: error?.code ?? null, message: error?.message ?? null })
}
