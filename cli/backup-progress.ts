import { type Clock, wait } from '../shared/clock.ts'
import { EXIT } from '../shared/exit-code.ts'
import { ProgressLine, type ProgressOutlet } from '../shared/terminal/progress-line.ts'

/** Jobs that a call began, as `backups make` and `backups verify` answer. */
export interface BegunJobs {
  jobs: readonly { place: string; job: number }[]
}

interface Share {
  phase: string
  done: number
  total: number
}

interface KnownJob {
  id: number
  state: string
  /** Tries since it was asked for last. */
  attempts: number
  last_error: string | null
}

interface Told {
  places: ({ place: string; job: number | null } & { [K in keyof Share]: Share[K] | null })[]
  checks: ({ job: number } & Share)[]
}

const LOOK_MS = 500

/** Asks the hub. */
type Ask = (area: string, verb: string, params: Record<string, unknown>) => Promise<unknown>

/**
 * Shows how far jobs are, one line that is drawn again, until each has ended or waits for another try. Returns the exit code: failed
 * when one did not do what it was to. Whoever ends it ends no job.
 */
export async function followJobs(
  { jobs }: BegunJobs,
  { ask, clock, outlet = process.stderr }: { ask: Ask; clock: Clock; outlet?: ProgressOutlet },
): Promise<number> {
  const line = new ProgressLine('working', outlet)
  const left = new Map(jobs.map(({ place, job }) => [job, place]))
  let code: number = EXIT.ok
  try {
    while (left.size > 0) {
      const known = (await ask('jobs', 'list', { limit: 200 })) as { jobs: KnownJob[] }
      const told = (await ask('backups', 'places', {})) as Told
      for (const [job, place] of left) {
        const said = endOf(known.jobs.find(({ id }) => id === job))
        if (said === null) continue
        left.delete(job)
        line.end()
        outlet.write(`${place}: ${said.words}\n`)
        if (!said.isDone) code = EXIT.failed
      }
      const share = shareOf(told, left)
      if (share) line.show(share.done, share.total, share.phase)
      if (left.size > 0) await wait(clock, LOOK_MS)
    }
  } finally {
    line.end()
  }
  return code
}

/** `null`: it goes on. One that has failed and waits is told, and not waited for: that may be for a stick. */
function endOf(job: KnownJob | undefined): { words: string; isDone: boolean } | null {
  if (!job) return { words: 'nobody knows of it any more; see lares backups list', isDone: false }
  if (job.state === 'done') return { words: 'done', isDone: true }
  // What was said before somebody asked, of a stick that is back by now, is no answer.
  if (job.state === 'waiting' && job.attempts > 0 && job.last_error !== null)
    return { words: `${job.last_error}. It is tried again by itself; lares backups places shows it`, isDone: false }
  if (job.state === 'waiting' || job.state === 'running') return null
  return { words: job.last_error ?? job.state, isDone: false }
}

function shareOf({ places, checks }: Told, left: ReadonlyMap<number, string>): Share | null {
  const check = checks.find(({ job }) => left.has(job))
  if (check) return check
  const { phase, done, total } = places.find(({ job, phase }) => phase !== null && job !== null && left.has(job)) ?? {}
  return phase ? { phase, done: done ?? 0, total: total ?? 0 } : null
}
