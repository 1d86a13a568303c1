import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { monoMs, wireId } from './fields.ts'
import { message } from './message.ts'

/** How far a spoken reply has been heard: only what was heard counts as said. */
export const playback = message({
  name: 'playback',
  summary: 'How far a spoken reply has been heard',
  schema: z.object({
    speech: wireId,
    state: z.enum(['started', 'done', 'stopped']),
    played_ms: z.number().min(0),
    mono: monoMs,
  }),
  sample: { speech: '01jd0c60-speech-1', state: 'done', played_ms: 1840, mono: 125_900 },
  maxBytes: MESSAGE_BYTES.json,
})

export type Playback = z.infer<typeof playback.schema>
