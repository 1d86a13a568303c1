import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { JobKind, JobKinds } from '../../engine/job-kind.ts'
import type { ClaimedJob, JobKey } from '../../engine/job-step.ts'
import { JOB_COLUMNS, type JobRow, storedPayload } from './job-row.ts'
import { giveUp } from './outcome.ts'

type Moment = Pick<Context, 'now' | 'mono' | 'clockSynced'>

/**
 * Of a kind's waiting jobs those that may run now, the longest ready first. What is due by wall time waits while the clock
 * follows no time source; where nobody can tell (`null`), the clock is believed, as everywhere.
 */
const ARE_READY = `
  FROM jobs
  WHERE state = 'waiting' AND kind = :kind AND ready_mono <= :mono
    AND (due_at IS NULL OR attempts > 0 OR (:clock AND due_at <= :now))
    AND key NOT IN (SELECT value FROM json_each(:taken))`

const READY = `SELECT ${JOB_COLUMNS} ${ARE_READY} ORDER BY ready_mono, id LIMIT :most`

/** Every second anew, over all that wait for a time: from an index that has all of it, because a row is behind its payload. */
const ANY_READY = `SELECT 1 ${ARE_READY} LIMIT 1`

/** Decides what runs next: up to its kind's concurrency, one of a key, and no kind before another because it has more. */
export class Claims {
  #kinds: JobKinds
  /** When each kind was served last, as a count. */
  #served = new Map<string, number>()
  #turn = 0
  /** What went on when the runner asked last. A run that was ended in the rows may hear nothing of it. */
  #going: readonly JobKey[] = []

  constructor(kinds: JobKinds) {
    this.#kinds = kinds
  }

  /** Whether a claim would get anything. */
  isDue({ db }: { db: Database }, moment: Moment): boolean {
    const taken = takenKeys(db, this.#going)
    return [...this.#kinds.values()].some((kind) => {
      const sought = soughtOf(moment, { kind, taken, most: 1 })
      return sought !== null && db.prepare(ANY_READY).get(sought) !== undefined
    })
  }

  /** Marks up to `most` jobs of these kinds as running and hands them out. What cannot be read any more is failed. */
  claim(
    context: Context,
    { most, kinds, going }: { most: number; kinds: readonly string[]; going: readonly JobKey[] },
  ): ClaimedJob[] {
    const { db } = context
    this.#going = going
    const taken = takenKeys(db, going)
    const lanes = [...this.#kinds.values()]
      .filter(({ name }) => kinds.includes(name))
      .map((kind) => ({ kind, jobs: ready(db, soughtOf(context, { kind, taken, most })) }))
    const claimed: ClaimedJob[] = []
    while (claimed.length < most) {
      const [next] = lanes
        .filter(({ jobs }) => jobs.length > 0)
        .sort((a, b) => this.#since(a.kind) - this.#since(b.kind))
      const row = next?.jobs.shift()
      if (!next || !row) break
      this.#turn += 1
      this.#served.set(next.kind.name, this.#turn)
      const job = begin(context, next.kind, row)
      if (job) claimed.push(job)
    }
    return claimed
  }

  #since({ name }: JobKind): number {
    return this.#served.get(name) ?? 0
  }
}

function begin(context: Context, kind: JobKind, row: JobRow): ClaimedJob | null {
  const { db, now } = context
  const stored = storedPayload(kind, row.payload)
  if ('wrong' in stored) {
    giveUp(context, row, { kind, error: { code: 'job_failed', message: stored.wrong }, state: 'failed' })
    return null
  }
  const run = context.id()
  db.prepare(
    "UPDATE jobs SET state = 'running', run = ?, attempts = attempts + 1, started_at = ?, ended_at = NULL WHERE id = ?",
  ).run(run, now, row.id)
  return {
    ...{ job: row.id, run, kind: kind.name, key: row.key, payload: stored.payload },
    ...{ idempotencyKey: row.idempotency_key, attempt: row.attempts + 1 },
    ...{ deadlineMs: kind.deadlineMs, concurrency: kind.concurrency },
  }
}

type TakenKeys = ReadonlyMap<string, ReadonlySet<string>>

/** What the statements look for; `null`: as many of the kind run as may. */
function soughtOf(
  { now, mono, clockSynced }: Moment,
  { kind, taken, most }: { kind: JobKind; taken: TakenKeys; most: number },
): object | null {
  const keys = [...(taken.get(kind.name) ?? [])]
  const room = Math.min(most, kind.concurrency - keys.length)
  if (room <= 0) return null
  const clock = Number(clockSynced !== false)
  return { kind: kind.name, taken: JSON.stringify(keys), mono: mono ?? 0, now, clock, most: room }
}

function ready(db: Database, sought: object | null): JobRow[] {
  return sought === null ? [] : (db.prepare(READY).all(sought) as JobRow[])
}

/** Of each kind the keys that something runs of: as the rows have it, and as the runner does. */
function takenKeys(db: Database, going: readonly JobKey[]): TakenKeys {
  const rows = db.prepare("SELECT kind, key FROM jobs WHERE state = 'running'").all() as JobKey[]
  const taken = new Map<string, Set<string>>()
  for (const { kind, key } of [...rows, ...going]) taken.set(kind, (taken.get(kind) ?? new Set()).add(key))
  return taken
}
