import { z } from 'zod'
import type { Context } from '../../engine/context.ts'
import { type EndedJob, jobKind } from '../../engine/job-kind.ts'
import { ALERT_SEVERITIES } from './rule-kinds.ts'

/** What a message says of an alert. */
export const TOLD_WAYS = ['raised', 'again', 'flapping', 'ended', 'test'] as const
export type ToldWay = (typeof TOLD_WAYS)[number]

const payload = z.strictObject({
  /** Key of an entry in `hub.toml`: where that is, only the file says. */
  target: z.string().max(40),
  title: z.string().max(300),
  text: z.string().max(20_000),
  /** Of the worst that it tells; `over`: nothing in it is wrong any more. */
  weight: z.enum([...ALERT_SEVERITIES, 'over']),
  at: z.int(),
  /** For programs: the first of them, and how many there are more. */
  alerts: z
    .array(
      z.strictObject({
        id: z.int(),
        what: z.enum(TOLD_WAYS),
        rule: z.string().max(255),
        severity: z.enum(ALERT_SEVERITIES),
        name: z.string().max(600),
        says: z.string().max(600),
        house: z.string().max(255).nullable(),
        device: z.string().max(255).nullable(),
        raised_at: z.int(),
        ended_at: z.int().nullable(),
      }),
    )
    .max(50),
  more: z.int(),
})

export type AlertMessage = z.infer<typeof payload>

/** Tries go on for about a day: after that health says that somebody was not told. */
const ATTEMPTS = 300
const DAY_MS = 86_400_000

const TEST = 'test/'

/** The key of a job that brings a test: it is on its way beside what else is. That of any other message is its target. */
export const testKey = (target: string) => `${TEST}${target}`

export function targetOfKey(key: string): string {
  return key.startsWith(TEST) ? key.replace(TEST, '') : key
}

/** A message to one target. It may arrive more than once, each time with the same key. */
export const alertMessage = jobKind<AlertMessage>({
  name: 'alert_message',
  payload,
  delivery: { promise: 'at_least_once', attempts: ATTEMPTS, backoff: { firstMs: 10_000, capMs: 300_000 } },
  concurrency: 4,
  deadlineMs: 30_000,
  keepMs: { done: DAY_MS, failed: 30 * DAY_MS },
  done: (context, job) => told(context, job, 0),
  failed: (context, job) => told(context, job, 1),
})

/** What was on its way is what its target knows from now on; what was given up, it is not told again. */
function told({ db, now }: Context, { id }: EndedJob<AlertMessage>, isGivenUp: 0 | 1): void {
  db.prepare(
    'UPDATE alert_tellings SET told = coalesce(sending, told), told_at = :now, is_given_up = :isGivenUp, sending = NULL, ' +
      'job = CASE WHEN :isGivenUp THEN job END WHERE job = :id',
  ).run({ id, now, isGivenUp })
}
