import { z } from 'zod'
import { type JobKind, jobKind } from '../../../hub/engine/job-kind.ts'

export interface Told {
  url: string
}

const both = {
  payload: z.strictObject({ url: z.string() }),
  concurrency: 1,
  deadlineMs: 60_000,
  keepMs: { done: 3_600_000, failed: 3_600_000 },
}

export const letter = jobKind<Told, string>({
  ...both,
  name: 'letter',
  delivery: { promise: 'at_least_once', attempts: 5, backoff: { firstMs: 10, capMs: 10 } },
  done(context, _job, answer) {
    context.db.prepare("INSERT INTO hub_settings (key, value) VALUES ('posted', ?)").run(JSON.stringify(answer))
  },
})

export const siren = jobKind<Told, string>({ ...both, name: 'siren', delivery: { promise: 'at_most_once' } })

export const KINDS = [letter, siren] as readonly JobKind[]
