import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { cutText } from './cut-text.ts'
import type { ErrorCode } from './errors.ts'
import { LaresError } from './errors.ts'
import { faultWords } from './fault-words.ts'
import { JSON_DEPTH } from './limits.ts'
import type { AudioFrame } from './messages/audio-frame.ts'
import { decodeAudioFrame, encodeAudioFrame } from './messages/audio-frame.ts'
import type { MessageName } from './messages/index.ts'
import { MESSAGES } from './messages/index.ts'
import type { Message } from './messages/message.ts'

/** The type of a message by its name, inferred from its schema. */
export type Wire<N extends MessageName> = z.infer<(typeof MESSAGES)[N]['schema']>

export type Decoded<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; reason: string }

const FREEFORM = new Set(Object.entries(MESSAGES).flatMap(([name, message]) => (message.freeform ? [name] : [])))

/** A message as bytes. Throws when it is larger than its limit: check before a row is kept, not when it is sent. */
export function encode<N extends MessageName>(name: N, value: Wire<N>): Buffer {
  const bytes = name === 'audio-frame' ? encodeAudioFrame(value as AudioFrame) : Buffer.from(JSON.stringify(value))
  const { maxBytes } = MESSAGES[name]
  if (bytes.length > maxBytes)
    throw new LaresError('too_large', `a ${name} of ${bytes.length} bytes, at most ${maxBytes} are allowed`)
  return bytes
}

/**
 * Bytes become a typed message here and nowhere else. Never throws: what is wrong comes back as a code and a sentence
 * that names the field.
 */
export function decode<N extends MessageName>(name: N, bytes: Buffer): Decoded<Wire<N>> {
  const { maxBytes, usual }: Message = MESSAGES[name]
  if (bytes.length > maxBytes) return refuse('too_large', `has ${bytes.length} bytes, at most ${maxBytes} are allowed`)
  if (name === 'audio-frame') {
    const frame = decodeAudioFrame(bytes)
    return typeof frame === 'string' ? refuse('bad_message', frame) : { ok: true, value: frame as Wire<N> }
  }
  const read = usual?.(bytes) ?? null
  if (read !== null) return { ok: true, value: read as Wire<N> }
  if (!isUtf8(bytes)) return refuse('bad_utf8', 'is not valid UTF-8')
  let json: unknown
  try {
    json = JSON.parse(bytes.toString())
  } catch (error) {
    return refuse('bad_json', error instanceof Error ? error.message : 'is not JSON')
  }
  return check(name, json)
}

/** Checks a value that is JSON already. */
export function check<N extends MessageName>(name: N, json: unknown): Decoded<Wire<N>> {
  // The schemas of the others drop what they do not know without looking into it.
  if (FREEFORM.has(name) && isDeeper(json, JSON_DEPTH))
    return refuse('bad_message', `is nested deeper than ${JSON_DEPTH} levels`)
  const message: Message = MESSAGES[name]
  if (message.fits?.(json)) return { ok: true, value: json as Wire<N> }
  const parsed = message.schema.safeParse(json)
  if (parsed.success) return { ok: true, value: parsed.data as Wire<N> }
  return refuse('bad_message', describeIssues(parsed.error))
}

/** The first three faults of a value, each with the path to its field; one of the whole has `whole` for that. */
export function describeIssues(error: z.ZodError, whole = 'message'): string {
  const issues = error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.map(String).join('.') || whole}: ${faultWords(issue)}`)
  const more = error.issues.length - issues.length
  return cutText(issues.join('; '), 500) + (more > 0 ? ` (and ${more} more)` : '')
}

/** Schemas and databases walk a value by recursion, so a deep one would overflow their stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (isDeeper(inner, levels - 1)) return true
  return false
}

function refuse(code: ErrorCode, reason: string): { ok: false; code: ErrorCode; reason: string } {
  return { ok: false, code, reason }
}
