import type { Database } from '../../../shared/sqlite/open.ts'
import { durationWords } from '../../../shared/time-words.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { PlaceRecord } from './place-book.ts'

/** Two days, and what one takes. */
const OLD_MS = 50 * 3_600_000
/** Age is told by the day: a message that changes each minute is news each minute. */
const DAY_MS = 86_400_000

/** The newest backup at a place is older than two days, or there is none for so long. */
export function oldProblem(
  { archives, since }: PlaceRecord,
  place: string,
  { now, clockSynced }: { now: number; clockSynced: boolean | null },
): ToldProblem | null {
  const [newest] = archives.filter(({ fault }) => fault === null)
  if (clockSynced === false || now - (newest?.made_at ?? since) < OLD_MS) return null
  const age = durationWords(Math.floor((now - (newest?.made_at ?? since)) / DAY_MS) * DAY_MS)
  return {
    code: 'backup_old',
    message: newest
      ? `the newest backup at ${place} is ${age} old`
      : `there is no backup at ${place}, which was named ${age} ago`,
  }
}

const AWAY = new Set(['device_missing', 'unreachable'])

/** What was said last of a backup that is tried again or was given up. A stick that lies in a drawer is nobody's fault. */
export function failingProblem(db: Database, place: string): ToldProblem | null {
  const job = db
    .prepare(
      "SELECT state, failures, last_code, last_error FROM jobs WHERE kind = 'backup' AND key = ? AND state IN ('waiting', 'running', 'failed') ORDER BY id DESC LIMIT 1",
    )
    .get(place) as { state: string; failures: number; last_code: string | null; last_error: string | null } | undefined
  if (!job || job.last_error === null || (job.failures === 0 && job.state !== 'failed')) return null
  const isAway = AWAY.has(job.last_code ?? '')
  return {
    code: isAway ? 'backup_away' : 'backup_failing',
    message: `no backup can be made at ${place}: ${job.last_error}`,
    ...(isAway ? { weight: 'note' } : {}),
  }
}

export function damagedProblem({ archives }: PlaceRecord, place: string): ToldProblem | null {
  const damaged = archives.filter(({ fault }) => fault !== null)
  const [newest] = damaged
  if (!newest) return null
  const more = damaged.length === 1 ? '' : `, and ${damaged.length - 1} more there`
  return {
    code: 'backup_damaged',
    message: `the backup ${newest.name} at ${place} is of no use: ${newest.fault}${more}`,
  }
}
