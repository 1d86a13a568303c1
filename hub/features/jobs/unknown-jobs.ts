import type { Database } from '../../../shared/sqlite/open.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import type { Context } from '../../engine/context.ts'
import { DAY_MS, Retention } from '../retention/classes.ts'
import { JOB_COLUMNS, type JobRow } from './job-row.ts'
import { endUndone } from './outcome.ts'

/** In one transaction. */
const AT_ONCE = 50

const OVERDUE = `
  SELECT ${JOB_COLUMNS} FROM jobs
  WHERE state = 'waiting' AND kind = :kind AND max(enqueued_at, ready_at, coalesce(due_at, 0)) <= :before LIMIT ${AT_ONCE}`

/**
 * Jobs that nothing of this version can do wait for a version that can: an upgrade that is taken back and made again later
 * costs none of them. Only those are given up that could have been run for as long as failed ones are kept.
 *
 * The hub's health is told of them with their figures, which this changes: once, however many they are.
 */
export function giveUpUnknown(context: Context, kept: readonly RetentionClass[]): void {
  const { db, now, clockSynced, jobKinds } = context
  const days = new Retention(db, kept).days('jobs:failed')
  if (days === null || clockSynced === false) return
  for (const kind of waitingKinds(db).filter((name) => !jobKinds.has(name))) {
    const message = `no version of Lares that has jobs of the kind "${kind}" ran for ${days} days`
    const error = { code: 'job_failed', message } as const
    for (const row of db.prepare(OVERDUE).all({ kind, before: now - days * DAY_MS }) as JobRow[])
      endUndone(context, row, { kind: undefined, error, state: 'failed' })
  }
}

function waitingKinds(db: Database): string[] {
  return db.prepare("SELECT DISTINCT kind FROM jobs WHERE state = 'waiting'").pluck().all() as string[]
}
