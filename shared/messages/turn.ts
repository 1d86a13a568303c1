import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { monoMs, text, timeMs, wireId } from './fields.ts'
import { message } from './message.ts'

/** Why a turn ended. `cap`: it reached its longest length; `truncated`: written by the hub when the end never came. */
export const endReason = z.enum(['silence', 'button', 'cap', 'muted', 'microphone_lost', 'stopped', 'stood_down'])

/**
 * Start and end of what somebody says. The audio frames go to `audio/<turn>` between them. The end is repeated
 * until the hub answers with the step `stored`; it carries the count and the checksum of all frames.
 * Idempotent by (turn, phase).
 */
export const turn = message({
  name: 'turn',
  summary: 'Start and end of what somebody says',
  schema: z.object({
    turn: wireId,
    phase: z.enum(['start', 'end']),
    /** The session the device believes it is in, with its fencing number; the hub alone chooses. */
    session: text(64).optional(),
    epoch: z.int().min(0).optional(),
    /** Number of the stream in the frames' headers. */
    stream: z.int().min(0).max(65_535),
    format: z.enum(['pcm_s16le_16000_mono']),
    /** Milliseconds of audio from before the trigger. */
    preroll: z.number().min(0).max(10_000),
    at: timeMs.optional(),
    mono: monoMs.optional(),
    trigger: z.enum(['voice', 'button', 'command']).optional(),
    /** At the end: frames sent, and zlib CRC-32 of their PCM in order of seq. */
    frames: z.int().min(0).optional(),
    crc32: z.int().min(0).max(0xffff_ffff).optional(),
    reason: endReason.optional(),
  }),
  sample: {
    turn: '01jd0c5x-turn-1',
    phase: 'end',
    stream: 7,
    format: 'pcm_s16le_16000_mono',
    preroll: 400,
    at: 1_795_000_000_000,
    mono: 123_456.5,
    trigger: 'voice',
    frames: 61,
    crc32: 2_868_424_129,
    reason: 'silence',
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Turn = z.infer<typeof turn.schema>
export type EndReason = z.infer<typeof endReason>
