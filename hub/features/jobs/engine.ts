import { JOBS } from '../../../shared/limits.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, InputAnswer } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { JobFigures, JobStep } from '../../engine/job-step.ts'
import { Claims } from './claim.ts'
import { figuresOf } from './job-figures.ts'
import { tellAllOfJobs, tellOfJobs } from './job-problems.ts'
import { runningRow } from './job-row.ts'
import { conclude } from './outcome.ts'
import { giveUpUnknown } from './unknown-jobs.ts'

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

type JobsPlace = Pick<House, 'db' | 'jobKinds'>

/** Work outside the engine that must not be lost: what waits, what runs, what became of it. `kept`: its retention classes. */
export function openJobs(kept: readonly RetentionClass[]): (house: JobsPlace) => Feature {
  return (house) => jobsOf(house, kept)
}

function jobsOf({ db, jobKinds: kinds }: JobsPlace, kept: readonly RetentionClass[]): Feature {
  const claims = new Claims(kinds)
  let purgedAt = Number.NEGATIVE_INFINITY
  let told: JobFigures[] = []

  /** What was removed because it was old is seen here: what has failed is an alert as long as it is there. */
  function tellFigures(context: Context): void {
    const figures = figuresOf(db)
    if (JSON.stringify(figures) === JSON.stringify(told)) return
    context.effect({ kind: 'job_figures', figures })
    for (const kind of new Set([...told, ...figures].map((one) => one.kind))) tellOfJobs(context, kind)
    context.committed(() => {
      told = figures
    })
  }

  function purge(context: Context): void {
    const mono = context.mono ?? 0
    if (mono - purgedAt < PURGE_MS) return
    giveUpUnknown(context, kept)
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
      tellAllOfJobs(context)
    },
    tick(context) {
      purge(context)
      if (claims.isDue({ db }, context)) context.effect({ kind: 'jobs_due' })
      tellFigures(context)
    },
  }
}

/**
 * The monotonic clock of the last life is not this one's: what is left of a delay is counted from now on. A wall clock that
 * was set back meanwhile makes it no longer than it was. A back-off ends as long before it as it did.
 */
function resumeDelays({ db, now, mono }: Context): void {
  db.prepare(RESUME).run({ now, mono: mono ?? 0 })
}

const RESUMED = ':mono + max(0, min(delay_ms, ready_at - :now))'

/** On the right of each `=`, `ready_mono` is still that of the last life. */
const RESUME = `
  UPDATE jobs SET ready_mono = ${RESUMED}, back_off_mono = ${RESUMED} - (ready_mono - back_off_mono)
  WHERE state = 'waiting' AND ready_mono <> :mono`

/** What its kind keeps no longer. A clock that follows no time source removes nothing. */
function removeOld({ db, now, clockSynced }: Context): void {
  if (clockSynced !== false) db.prepare('DELETE FROM jobs WHERE kept_until <= ?').run(now)
}

/**
 * What is more than may be kept of a kind, the first to have ended first. What was done takes no place of what has failed, and
 * what a copy of the database was made with, which nobody keeps until a time, goes only when a person decides.
 */
const REMOVE_MANY = `
  DELETE FROM jobs WHERE id IN (
    SELECT id FROM (
      SELECT id, state, row_number() OVER (PARTITION BY kind, state = 'failed' ORDER BY ended_at DESC, id DESC) AS place
      FROM jobs WHERE state IN ('done', 'failed', 'cancelled', 'replaced') AND (state <> 'failed' OR kept_until IS NOT NULL))
    WHERE place > CASE state WHEN 'failed' THEN ${JOBS.failed} ELSE ${JOBS.ended} END)`

function removeMany({ db }: Context): void {
  db.prepare(REMOVE_MANY).run()
}
