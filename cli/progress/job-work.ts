import type { AskHub, LongWork, WorkShare } from './look-at-work.ts'

interface KnownJob {
  id: number
  state: string
  /** Tries since it was asked for last. */
  attempts: number
  last_error: string | null
}

/** As many as a hub tells at once: the newest. */
const NEWEST = 200

/** The job that `jobs retry` has run again. */
export function jobWork(answer: unknown): LongWork {
  const { id, kind } = answer as { id: number; kind: string }
  return jobsWork(new Map([[id, kind]]), { see: 'lares jobs list', shareOf: async () => null })
}

/** Jobs by their ids, and what people call them; each is said when it ends, or waits for another try. */
export function jobsWork(
  left: Map<number, string>,
  how: { see: string; shareOf: (ask: AskHub, left: ReadonlyMap<number, string>) => Promise<WorkShare | null> },
): LongWork {
  return {
    see: how.see,
    async look(ask) {
      const { jobs } = (await ask('jobs', 'list', { limit: NEWEST })) as { jobs: KnownJob[] }
      const ended = []
      for (const [id, name] of [...left]) {
        const end = endOf(
          jobs.find((job) => job.id === id),
          how.see,
        )
        if (end === null) continue
        left.delete(id)
        ended.push({ words: `${name}: ${end.words}`, isDone: end.isDone })
      }
      const share = left.size === 0 ? null : await how.shareOf(ask, left)
      return { ended, isOver: left.size === 0, share: share ?? waitingShare(jobs, left) }
    },
  }
}

function waitingShare(jobs: readonly KnownJob[], left: ReadonlyMap<number, string>): WorkShare | null {
  const [id, name] = [...left][0] ?? []
  const job = jobs.find((one) => one.id === id)
  return job === undefined ? null : { phase: `${name}: ${job.state}`, done: 0, total: 0, unit: '' }
}

/** `null`: it goes on. One that has failed and waits is told, and not waited for: that may be for a stick. */
function endOf(job: KnownJob | undefined, see: string): { words: string; isDone: boolean } | null {
  if (!job) return { words: `nobody knows of it any more; see ${see}`, isDone: false }
  if (job.state === 'done') return { words: 'done', isDone: true }
  // What was said before somebody asked, of a stick that is back by now, is no answer.
  if (job.state === 'waiting' && job.attempts > 0 && job.last_error !== null)
    return { words: `${job.last_error}. It is tried again by itself; ${see} shows it`, isDone: false }
  if (job.state === 'waiting' || job.state === 'running') return null
  return { words: job.last_error ?? job.state, isDone: false }
}
