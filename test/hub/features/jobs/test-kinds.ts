import { z } from 'zod'
import { type JobKind, jobKind } from '../../../../hub/engine/job-kind.ts'

const HOUR_MS = 3_600_000

export interface Note {
  text: string
}

export const note = z.strictObject({ text: z.string() })

type More = Partial<Omit<JobKind<Note, string>, 'payload'>>

/** Jobs that are repeated until they are done: up to three runs, after 1 s and then 2 s, each half as long to half as long again. */
export function repeated(more: More = {}): JobKind<Note, string> {
  return jobKind<Note, string>({
    name: 'letter',
    payload: note,
    delivery: { promise: 'at_least_once', attempts: 3, backoff: { firstMs: 1_000, capMs: 2_000 } },
    concurrency: 2,
    deadlineMs: 10_000,
    keepMs: { done: HOUR_MS, failed: 2 * HOUR_MS },
    ...more,
  })
}

/** Jobs that are run once. */
export function once(more: More = {}): JobKind<Note, string> {
  return jobKind<Note, string>({
    name: 'siren',
    payload: note,
    delivery: { promise: 'at_most_once' },
    concurrency: 1,
    deadlineMs: 10_000,
    keepMs: { done: HOUR_MS, failed: 2 * HOUR_MS },
    ...more,
  })
}

export const DONE = { is: 'done', value: 'posted' } as const
export const AGAIN = { is: 'failed', code: 'unreachable', message: 'nobody answers', retry: true } as const
export const HOPELESS = { is: 'failed', code: 'bad_params', message: 'no such street', retry: false } as const
