import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { JobKind, JobKinds } from '../../engine/job-kind.ts'
import type { ClaimedJob } from '../../engine/job-step.ts'

interface Ready {
  id: number
  key: string
  payload: string
  idempotency_key: string
  attempts: number
}

type Moment = Pick<Context, 'now' | 'mono' | 'clockSynced'>

/**
 * Of a kind's waiting jobs those that may run now, the longest ready first. What is due by wall time waits while the clock
 * follows no time source; where nobody can tell (`null`), the clock is believed, as everywhere.
 */
const READY = `
  SELECT id, key, payload, idempotency_key, attempts FROM jobs AS w
  WHERE state = 'waiting' AND kind = :kind AND ready_mono <= :mono
    AND (due_at IS NULL OR attempts > 0 OR (:clock AND due_at <= :now))
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND kind = w.kind AND key = w.key)
  ORDER BY ready_mono, id LIMIT :most`

/** Decides what runs next: up to its kind's concurrency, one of a key, and no kind before another because it has more. */
export class Claims {
  #kinds: JobKinds
  /** When each kind was served last, as a count. */
  #served = new Map<string, number>()
  #turn = 0

  constructor(kinds: JobKinds) {
    this.#kinds = kinds
  }

  /** Whether a claim would get anything. */
  isDue({ db }: { db: Database }, moment: Moment): boolean {
    const running = runningByKind(db)
    return [...this.#kinds.values()].some((kind) => ready(db, moment, { kind, running, most: 1 }).length > 0)
  }

  /** Marks up to `most` jobs of these kinds as running and hands them out. */
  claim(context: Context, { most, kinds }: { most: number; kinds: readonly string[] }): ClaimedJob[] {
    const { db } = context
    const running = runningByKind(db)
    const lanes = [...this.#kinds.values()]
      .filter(({ name }) => kinds.includes(name))
      .map((kind) => ({ kind, jobs: ready(db, context, { kind, running, most }) }))
    const claimed: ClaimedJob[] = []
    while (claimed.length < most) {
      const [next] = lanes
        .filter(({ jobs }) => jobs.length > 0)
        .sort((a, b) => this.#since(a.kind) - this.#since(b.kind))
      const job = next?.jobs.shift()
      if (!next || !job) break
      this.#turn += 1
      this.#served.set(next.kind.name, this.#turn)
      claimed.push(begin(context, next.kind, job))
    }
    return claimed
  }

  #since({ name }: JobKind): number {
    return this.#served.get(name) ?? 0
  }
}

function begin(context: Context, kind: JobKind, job: Ready): ClaimedJob {
  const { db, now } = context
  const run = context.id()
  db.prepare(
    "UPDATE jobs SET state = 'running', run = ?, attempts = attempts + 1, started_at = ?, ended_at = NULL WHERE id = ?",
  ).run(run, now, job.id)
  return {
    ...{ job: job.id, run, kind: kind.name, key: job.key, payload: JSON.parse(job.payload) as unknown },
    ...{ idempotencyKey: job.idempotency_key, attempt: job.attempts + 1, deadlineMs: kind.deadlineMs },
  }
}

function ready(
  db: Database,
  { now, mono, clockSynced }: Moment,
  { kind, running, most }: { kind: JobKind; running: ReadonlyMap<string, number>; most: number },
): Ready[] {
  const room = Math.min(most, kind.concurrency - (running.get(kind.name) ?? 0))
  if (room <= 0) return []
  const clock = Number(clockSynced !== false)
  return db.prepare(READY).all({ kind: kind.name, mono: mono ?? 0, now, clock, most: room }) as Ready[]
}

function runningByKind(db: Database): Map<string, number> {
  const rows = db.prepare("SELECT kind, count(*) FROM jobs WHERE state = 'running' GROUP BY kind").raw().all()
  return new Map(rows as [string, number][])
}
