import { JOBS } from '../../../shared/limits.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, InputAnswer } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { JobFigures, JobStep } from '../../engine/job-step.ts'
import { Claims } from './claim.ts'
import { tellAllFailed, tellFailed } from './failed-jobs.ts'
import { type JobRow, runningRow } from './job-row.ts'
import { conclude, giveUp } from './outcome.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What the runner says or asks. */
    job: { change: JobStep }
  }
  interface EffectKinds {
    /** Jobs are there to be run. It may be lost: the engine says it again every second while there are. */
    jobs_due: object
    job_figures: { figures: JobFigures[] }
    /** A person gave a job up that is being run. */
    end_run: { run: string }
  }
}

/** Between two looks for what has been kept long enough. */
const PURGE_MS = 60_000

/** Work outside the engine that must not be lost: what waits, what runs, what became of it. */
export function openJobs({ db, jobKinds: kinds }: Pick<House, 'db' | 'jobKinds'>): Feature {
  const claims = new Claims(kinds)
  let purgedAt = Number.NEGATIVE_INFINITY
  let told: JobFigures[] = []

  /** What was removed because it was old is seen here: what has failed is an alert as long as it is there. */
  function tellFigures(context: Context): void {
    const figures = figuresOf(db)
    if (JSON.stringify(figures) === JSON.stringify(told)) return
    context.effect({ kind: 'job_figures', figures })
    for (const kind of new Set([...told, ...figures].map((one) => one.kind))) tellFailed(context, kind)
    context.committed(() => {
      told = figures
    })
  }

  function purge(context: Context): void {
    const mono = context.mono ?? 0
    if (mono - purgedAt < PURGE_MS) return
    removeOld(context)
    removeMany(context)
    context.committed(() => {
      purgedAt = mono
    })
  }

  function step(context: Context, change: JobStep): InputAnswer {
    switch (change.step) {
      case 'found':
        return { verdict: 'stored', value: db.prepare("SELECT id AS job, run FROM jobs WHERE state = 'running'").all() }
      case 'claim':
        return { verdict: 'stored', value: claims.claim(context, change) }
      case 'ended': {
        const row = runningRow(db, change)
        // Its deadline went by, or a person gave it up: that was its end.
        if (!row) return { verdict: 'duplicate' }
        conclude(context, row, { kind: kinds.get(row.kind), outcome: change.outcome })
        return { verdict: 'stored' }
      }
    }
  }

  return {
    name: 'jobs',
    inputs: {
      job: (context, { change }) => step(context, change),
    },
    start(context) {
      resumeDelays(context)
      tellAllFailed(context)
    },
    tick(context) {
      failUnknown(context, kinds)
      purge(context)
      if (claims.isDue({ db }, context)) context.effect({ kind: 'jobs_due' })
      tellFigures(context)
    },
  }
}

/**
 * The monotonic clock of the last life is not this one's: what is left of a delay is counted from now on. A wall clock that
 * was set back meanwhile makes it no longer than it was.
 */
function resumeDelays({ db, now, mono }: Context): void {
  db.prepare(
    "UPDATE jobs SET ready_mono = :mono + max(0, min(delay_ms, ready_at - :now)) WHERE state = 'waiting' AND ready_mono <> :mono",
  ).run({ now, mono: mono ?? 0 })
}

/** In one transaction. */
const UNKNOWN_AT_ONCE = 500

/** A job that nothing of this version can do is not left waiting for ever. */
function failUnknown(context: Context, kinds: House['jobKinds']): void {
  const waiting = "SELECT DISTINCT kind FROM jobs WHERE state = 'waiting'"
  const unknown = (context.db.prepare(waiting).pluck().all() as string[]).filter((kind) => !kinds.has(kind))
  for (const kind of unknown) {
    const rows = context.db
      .prepare(`SELECT * FROM jobs WHERE state = 'waiting' AND kind = ? LIMIT ${UNKNOWN_AT_ONCE}`)
      .all(kind) as JobRow[]
    const error = { code: 'job_failed', message: `this version of Lares has no jobs of the kind "${kind}"` } as const
    for (const row of rows) giveUp(context, row, { kind: undefined, error, state: 'failed' })
  }
}

/** What its kind keeps no longer. A clock that follows no time source removes nothing. */
function removeOld({ db, now, clockSynced }: Context): void {
  if (clockSynced !== false) db.prepare('DELETE FROM jobs WHERE kept_until <= ?').run(now)
}

/** What is more than may be kept of a kind, the first to have ended first. What was done takes no place of what has failed. */
const REMOVE_MANY = `
  DELETE FROM jobs WHERE id IN (
    SELECT id FROM (
      SELECT id, state, row_number() OVER (PARTITION BY kind, state = 'failed' ORDER BY ended_at DESC, id DESC) AS place
      FROM jobs WHERE state NOT IN ('waiting', 'running'))
    WHERE place > CASE state WHEN 'failed' THEN ${JOBS.failed} ELSE ${JOBS.ended} END)`

function removeMany({ db }: Context): void {
  db.prepare(REMOVE_MANY).run()
}

function figuresOf(db: Database): JobFigures[] {
  return db
    .prepare(
      `SELECT kind, count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
         count(*) FILTER (WHERE state = 'failed') AS failed,
         min(CASE WHEN state = 'waiting' THEN max(ready_at, coalesce(due_at, 0)) END) AS dueSince
       FROM jobs WHERE state IN ('waiting', 'running', 'failed') GROUP BY kind ORDER BY kind`,
    )
    .all() as JobFigures[]
}
