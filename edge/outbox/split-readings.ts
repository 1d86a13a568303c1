import { ITEMS_PER_MESSAGE, MESSAGE_BYTES } from '../../shared/limits.ts'
import type { Readings } from '../../shared/messages/readings.ts'

export type ReadingItem = Readings['items'][number]

/** What sending adds to a body: epoch, lane, seq, boot and both clocks, with the longest values they can have. */
export const ENVELOPE_BYTES = 512

/** The most a body may have so that the message that carries it keeps its limit. */
export const BODY_BYTES = MESSAGE_BYTES.json - ENVELOPE_BYTES

/**
 * The samples of one tick as bodies of readings messages: one, or as few as the limits of a message allow.
 * Order is kept. No items, no message.
 */
export function splitReadings(items: readonly ReadingItem[]): string[] {
  const bodies: string[] = []
  let texts: string[] = []
  let bytes = 0
  const close = () => {
    if (texts.length > 0) bodies.push(`{"items":[${texts.join(',')}]}`)
    texts = []
    bytes = 0
  }
  for (const item of items) {
    const text = JSON.stringify(item)
    const size = Buffer.byteLength(text) + 1
    if (texts.length === ITEMS_PER_MESSAGE || bytes + size > BODY_BYTES - 16) close()
    texts.push(text)
    bytes += size
  }
  close()
  return bodies
}
