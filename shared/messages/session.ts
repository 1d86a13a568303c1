import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, wireId } from './fields.ts'
import { message } from './message.ts'

/** Where a conversation stands, for the device's light and ears. `epoch` is the session's fencing number. */
export const session = message({
  name: 'session',
  summary: 'Where a conversation stands',
  schema: z.object({
    session: text(64),
    epoch: z.int().min(0),
    turn: wireId.nullable(),
    step: z.enum(['granted', 'stand_down', 'stored', 'listening', 'thinking', 'speaking', 'follow_up', 'ended']),
    reason: text(200).optional(),
    /** With `follow_up`: how long a voice begins a turn without a button or a word, milliseconds. */
    listen_ms: z.int().min(0).max(60_000).optional(),
    /** With `granted`: how long a silence ends what somebody says, milliseconds; absent: as the device has it. */
    silence_ms: z.int().min(100).max(5_000).optional(),
    /** With `speaking`: what interrupts it beside a button; absent: nothing does. Whether the device can is its own matter. */
    barge_in: z.enum(['wake_word', 'speech']).optional(),
    speech: z.object({ id: wireId, rate: z.int().min(8_000).max(48_000) }).optional(),
  }),
  sample: { session: '01932f6e-7f0c-7a51-8f1d-6d0c9b1f2a33', epoch: 1, turn: '01jd0c5x-turn-1', step: 'stored' },
  maxBytes: MESSAGE_BYTES.json,
})

export type Session = z.infer<typeof session.schema>
