import type { Context } from '../../engine/context.ts'
import type { ProblemCode } from '../../engine/health-problem.ts'
import { kindOf } from '../../engine/job-kind.ts'

type Telling = Pick<Context, 'db' | 'effect' | 'jobKinds'>

interface JobProblem {
  code: ProblemCode
  message: string
}

/** Tells the hub's health how the jobs of a kind are: what has failed, what fails on, and what nothing here can do. */
export function tellOfJobs(context: Telling, kind: string): void {
  const problems = {
    jobs: failed(context, kind),
    jobs_failing: failing(context, kind),
    jobs_unknown: unknown(context, kind),
  }
  for (const [about, problem] of Object.entries(problems))
    context.effect({ kind: 'problem', name: `${about}:${kind}`, problem })
}

/** At start the health knows nothing of what was before. */
export function tellAllOfJobs(context: Telling): void {
  const kinds = "SELECT DISTINCT kind FROM jobs WHERE state IN ('waiting', 'running', 'failed')"
  for (const kind of context.db.prepare(kinds).pluck().all() as string[]) tellOfJobs(context, kind)
}

/** Nobody has decided about them. */
function failed({ db }: Telling, kind: string): JobProblem | null {
  const jobs = db.prepare("SELECT count(*) FROM jobs WHERE state = 'failed' AND kind = ?").pluck().get(kind) as number
  if (jobs === 0) return null
  const { id, key, last_error } = db
    .prepare(
      "SELECT id, key, last_error FROM jobs WHERE state = 'failed' AND kind = ? ORDER BY ended_at DESC, id DESC LIMIT 1",
    )
    .get(kind) as { id: number; key: string; last_error: string }
  const many =
    jobs === 1 ? `job ${id} ("${kind}", ${key}) failed` : `${jobs} jobs "${kind}" failed, the last ${id} (${key})`
  return { code: 'job_failed', message: `${many}: ${last_error}` }
}

/** As often as would have failed a job for good; but newer ones of its key took its place, and each has tries of its own. */
const FAILING = 'FROM jobs WHERE kind = ? AND failures > 0 AND failures >= ?'

function failing({ db, jobKinds }: Telling, kind: string): JobProblem | null {
  const delivery = kindOf({ jobKinds }, kind)?.delivery
  if (delivery?.promise !== 'at_least_once') return null
  const jobs = db.prepare(`SELECT count(*) ${FAILING}`).pluck().get(kind, delivery.attempts) as number
  if (jobs === 0) return null
  const { id, key, failures, last_error } = db
    .prepare(`SELECT id, key, failures, last_error ${FAILING} ORDER BY failures DESC, id DESC LIMIT 1`)
    .get(kind, delivery.attempts) as { id: number; key: string; failures: number; last_error: string }
  const many =
    jobs === 1
      ? `job ${id} ("${kind}", ${key}) failed ${failures} times in a row`
      : `${jobs} jobs "${kind}" fail again and again, ${id} (${key}) most often, ${failures} times in a row`
  return { code: 'jobs_failing', message: `${many}: ${last_error}` }
}

function unknown({ db, jobKinds }: Telling, kind: string): JobProblem | null {
  if (jobKinds.has(kind)) return null
  const jobs = db.prepare("SELECT count(*) FROM jobs WHERE state = 'waiting' AND kind = ?").pluck().get(kind) as number
  if (jobs === 0) return null
  const many = jobs === 1 ? 'a job waits' : `${jobs} jobs wait`
  return { code: 'jobs_unknown', message: `${many} of the kind "${kind}", which this version of Lares does not have` }
}
