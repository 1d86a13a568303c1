import { z } from 'zod'
import { durationMs, id, time } from '../../../shared/admin/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { TracedMessage } from './message-of.ts'
import { type RejectedMeanwhile, rejectedMeanwhile } from './rejected-meanwhile.ts'
import { traceWords } from './trace-words.ts'
import type { AtCentral } from './way-to-central.ts'

export const traceAnswer = z.strictObject({
  /** The way in sentences, in its order. */
  says: z.array(z.string()),
  what: z.string(),
  device_name: z.string().nullable(),
  measured_at: time,
  /** How long it lay in the outbox, or was on its way; `null` where the clock of the device cannot be believed. */
  waited_ms: durationMs.nullable(),
  received_at: time,
  /** `corrected`: the hub knew better than the device's clock; `unknown`: it is the time of receipt. */
  time_quality: z.enum(['good', 'corrected', 'unknown']),
  /** What the device's own clock said, where that is not believed. */
  device_said: time.nullable(),
  message: z.strictObject({ epoch: z.string(), lane: z.string(), seq: z.number() }).nullable(),
  table: z.string(),
  key: id,
  central: z.strictObject({
    state: z.enum(['off', 'waits', 'there', 'refused', 'given_up']),
    rows_before: z.number().nullable(),
    reason: z.string().nullable(),
  }),
  /** What else of the device was not understood meanwhile. */
  rejected: z.array(z.strictObject({ received_at: time, code: z.string(), reason: z.string() })),
  device: id.nullable(),
})

/** What is known of one thing that came. */
export interface Traced {
  what: string
  device: string | null
  device_name: string | null
  measured_at: number
  received_at: number
  time_quality: 'good' | 'corrected' | 'unknown'
  device_said: number | null
  message: TracedMessage | null
  table: string
  key: string
  central: AtCentral
}

export interface Trace extends Traced {
  waited_ms: number | null
  rejected: RejectedMeanwhile[]
}

export function answerOf(db: Database, traced: Traced) {
  const { device, measured_at, received_at, time_quality } = traced
  const span = { from: Math.min(measured_at, received_at), to: Math.max(measured_at, received_at) }
  const trace: Trace = {
    ...traced,
    // Of a corrected time the span is what the device counted itself.
    waited_ms: time_quality === 'unknown' ? null : Math.max(0, received_at - measured_at),
    rejected: device === null ? [] : rejectedMeanwhile(db, { device, ...span }),
  }
  return { says: traceWords(trace), ...trace }
}
