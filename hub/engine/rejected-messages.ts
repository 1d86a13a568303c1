import { cutText } from '../../shared/cut-text.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { hintFor } from '../../shared/errors.ts'
import { REJECTED_PER_DEVICE, REJECTED_RAW_BYTES } from '../../shared/limits.ts'
import type { Database, Statement } from '../../shared/sqlite/open.ts'
import type { Context } from './context.ts'

export interface Rejection {
  device: string
  topic: string
  code: string
  reason: string
  raw: Buffer
}

/** A message of which something was not taken, as it came. */
export interface RefusedMessage {
  context: Context
  device: string
  /** Its topic. */
  text: string
  payload: Buffer
  code: ErrorCode
  reason: string
}

/**
 * Keeps what the hub could not understand, with its reason and its bytes, so that nothing is dropped silently.
 * A device that sends rubbish without end fills its own share and is only counted after that.
 */
export class RejectedMessages {
  #usage = new Map<string, { rows: number; bytes: number }>()
  #insert: Statement
  #count: Statement
  #refused: (device: string, now: number) => void

  /** `refused`: told of each, also of those that are only counted. Must not write. */
  constructor(db: Database, refused: (device: string, now: number) => void = () => {}) {
    this.#refused = refused
    this.#insert = db.prepare(
      'INSERT INTO rejected_messages (device_id, topic, code, reason, raw, raw_bytes, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#count = db.prepare(
      'SELECT count(*) AS rows, coalesce(sum(length(raw)), 0) AS bytes FROM rejected_messages WHERE device_id = ?',
    )
  }

  /** Keeps it and tells the sender, also when the message had no identity that an ack could name. */
  refuse({ context, device, text, payload, code, reason }: RefusedMessage): void {
    this.add({ device, topic: text, code, reason, raw: payload }, context.now)
    this.#refused(device, context.now)
    const shown = {
      topic: cutText(text, 512),
      code,
      reason: cutText(reason, 1_000),
      hint: hintFor(code),
      at: context.now,
    }
    const topic = context.topics.build('rejected', { device })
    context.effect({ kind: 'publish', topic, payload: JSON.stringify(shown), qos: 0, retain: false })
  }

  /** Whether the bytes were kept; false means the device's share is full and the message was only counted. */
  add(rejection: Rejection, now: number): boolean {
    const usage = this.#usageOf(rejection.device)
    const raw = rejection.raw.subarray(0, REJECTED_RAW_BYTES)
    if (usage.rows >= REJECTED_PER_DEVICE.rows || usage.bytes + raw.length > REJECTED_PER_DEVICE.bytes) return false
    const { device, topic, code, reason } = rejection
    this.#insert.run(device, cutText(topic, 512), code, cutText(reason, 1_000), raw, rejection.raw.length, now)
    usage.rows += 1
    usage.bytes += raw.length
    return true
  }

  forget(): void {
    this.#usage.clear()
  }

  #usageOf(device: string): { rows: number; bytes: number } {
    let usage = this.#usage.get(device)
    if (!usage) {
      usage = this.#count.get(device) as { rows: number; bytes: number }
      this.#usage.set(device, usage)
    }
    return usage
  }
}
