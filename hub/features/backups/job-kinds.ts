import { z } from 'zod'
import type { CheckedArchive, MadeArchive } from '../../archive/archive-task.ts'
import { placeKey } from '../../contract/named-places.ts'
import { type JobKind, jobKind } from '../../engine/job-kind.ts'
import { noteChecked, noteMade, noteUnusable } from './what-became.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** A day of tries: a stick that is plugged in is found within ten minutes. */
const PATIENCE = { attempts: 150, backoff: { firstMs: 60_000, capMs: 600_000 } }

export const MAKE_BACKUP = jobKind<{ place: string }, MadeArchive>({
  name: 'backup',
  payload: z.strictObject({ place: placeKey }),
  delivery: { promise: 'at_least_once', ...PATIENCE },
  // One reads the card at a time.
  concurrency: 1,
  deadlineMs: 24 * HOUR_MS,
  keepMs: { done: 7 * DAY_MS, failed: 30 * DAY_MS },
  done: (context, { payload: { place } }, made) => noteMade(context, place, made),
})

export const CHECK_BACKUP = jobKind<{ place: string; name: string }, CheckedArchive>({
  name: 'backup_check',
  payload: z.strictObject({ place: placeKey, name: z.string().max(200) }),
  delivery: { promise: 'at_least_once', attempts: 3, backoff: { firstMs: 60_000, capMs: 600_000 } },
  concurrency: 1,
  deadlineMs: 24 * HOUR_MS,
  keepMs: { done: 7 * DAY_MS, failed: 30 * DAY_MS },
  done: (context, { payload: { place } }, checked) => noteChecked(context, place, checked),
  failed: (context, { payload }, error) => noteUnusable(context, payload, error),
})

export const BACKUP_JOBS = [MAKE_BACKUP, CHECK_BACKUP] as unknown as readonly JobKind[]
