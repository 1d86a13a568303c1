import { jobsWork } from './job-work.ts'
import type { AskHub, LongWork, WorkShare } from './look-at-work.ts'

interface Told {
  places: ({ place: string; job: number | null } & { [K in 'phase' | 'done' | 'total']: WorkShare[K] | null })[]
  checks: ({ job: number } & WorkShare)[]
}

/** What `backups make` and `backups verify` began: a job for each place. */
export function backupWork(answer: unknown): LongWork {
  const { jobs } = answer as { jobs: { place: string; job: number }[] }
  return jobsWork(new Map(jobs.map(({ place, job }) => [job, place])), { see: 'lares backups places', shareOf })
}

async function shareOf(ask: AskHub, left: ReadonlyMap<number, string>): Promise<WorkShare | null> {
  const { places, checks } = (await ask('backups', 'places', {})) as Told
  const check = checks.find(({ job }) => left.has(job))
  if (check) return { phase: check.phase, done: check.done, total: check.total }
  const { phase, done, total } = places.find(({ job, phase }) => phase !== null && job !== null && left.has(job)) ?? {}
  return phase ? { phase, done: done ?? 0, total: total ?? 0 } : null
}
