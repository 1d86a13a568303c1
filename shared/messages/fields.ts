import { z } from 'zod'
import { cleanText } from '../clean-text.ts'
import { SENSOR_KEY, sensorKeyOf } from '../ids.ts'
import { LATEST_TIME } from '../latest-time.ts'
import { DEVICE_NAME_LENGTH } from '../limits.ts'

/**
 * Text that every store of ours can hold: no NUL, no lone surrogate (SQLite and Postgres refuse or mangle both).
 */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'has a NUL or a lone surrogate')

/**
 * Text for people, made by a program, a device or somebody far away. It is cleaned where it enters and not refused: what is
 * said is worth more than how. Never for what identifies something.
 */
export const words = (max: number) => z.string().overwrite(cleanText).max(max)

/** What a person calls a device. */
export const deviceName = text(DEVICE_NAME_LENGTH).min(1)

/** Wall-clock time, integer milliseconds since 1970 UTC, as the sender believed it. */
export const timeMs = z.int().min(0).max(LATEST_TIME)

/** Milliseconds of the sender's monotonic clock since its boot. Fractions are allowed. */
export const monoMs = z.number().min(0).max(1e15)

/** Identifies one boot of the sender; the kernel's boot id on Linux, any random text elsewhere. */
export const bootId = text(64).min(1)

/** Minted with an outbox file. A new file is a new epoch, and its sequence starts again. */
export const epochId = text(64).min(1)

export const lane = z.enum(['urgent', 'live', 'backlog'])
export type Lane = z.infer<typeof lane>

export const sequence = z.int().min(1)

/** Both clocks of the sender at the moment of sending: what the hub needs to mend a wrong clock. */
export const sentAt = z.object({ at: timeMs, mono: monoMs })

/** Identity of a sequenced message. A plain MQTT device may leave all three out: stored, without de-duplication. */
export const identity = { epoch: epochId.optional(), lane: lane.optional(), seq: sequence.optional() }

/** What a sensor is known by within its device. A name in another script, or with blanks, stands for its key. */
export const sensorKey = z
  .string()
  .overwrite((name) => sensorKeyOf(name) ?? name)
  .regex(SENSOR_KEY)

/** An id minted by an agent: turn, command, speech. Safe as a topic level and as part of a file name. */
export const wireId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)

/** A measured quantity that may be unknown. Unknown is `null`, never `0` and never `false`. */
export const maybeNumber = z.number().nullable()
export const maybeFlag = z.boolean().nullable()

/** An escaped NUL or lone surrogate in JSON text; a backslash that is itself escaped begins no escape. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Any JSON value whose texts can be stored, nested at most a few levels. */
export const jsonObject = storable(z.record(text(100), z.json()))

/** The same from a program or a device: its texts are cleaned where they enter and not refused, line by line. */
export const wordsObject = storable(z.record(text(100), z.json()).overwrite(cleanTexts))

function storable(object: z.ZodRecord<z.ZodString, z.ZodJSONSchema>) {
  return object
    .refine((value) => JSON.stringify(value).length <= 16_384, 'is longer than 16,384 characters')
    .refine((value) => !UNSTORABLE.test(JSON.stringify(value)), 'has a NUL or a lone surrogate')
}

/** Every text in it, however deep, with its line breaks kept: data is for programs, which may care for them. */
function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return value.split('\n').map(cleanText).join('\n') as T
  if (Array.isArray(value)) return value.map(cleanTexts) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleanTexts(inner)])) as T
}
