import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { monoMs, wireId } from './fields.ts'
import { message } from './message.ts'

/** The device heard a reason to listen, before the turn: the hub may choose among several that heard it. */
export const wake = message({
  name: 'wake',
  summary: 'Sent before a turn, so that one device among several answers',
  schema: z.object({
    turn: wireId,
    /** How sure the detector was, 0 to 1. */
    score: z.number().min(0).max(1),
    /** Level of the speech above the device's own noise floor, decibels. */
    snr_db: z.number(),
    /** Peak level, decibels relative to full scale, so at most 0. */
    peak_db: z.number().max(0),
    /** What begins the turn: who presses a button has chosen already. Absent: an agent that does not say. */
    trigger: z.enum(['voice', 'button', 'command']).optional(),
    mono: monoMs,
  }),
  sample: { turn: '01jd0c5x-turn-1', score: 0.93, snr_db: 18.5, peak_db: -12.1, mono: 123_456.5 },
  maxBytes: MESSAGE_BYTES.json,
})

export type Wake = z.infer<typeof wake.schema>
