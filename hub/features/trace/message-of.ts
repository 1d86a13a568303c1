import type { Database } from '../../../shared/sqlite/open.ts'
import { readMark } from '../../engine/message-mark.ts'

/** The identity of a message: lane and number in one outbox of its device. */
export interface TracedMessage {
  epoch: string
  lane: string
  seq: number
}

/** Rows of one message lie together; the last one carries its number. */
const ROWS_OF_A_MESSAGE = 1_000

/** Which message brought a reading; `null` where it had no number, as those of devices without our agent. */
export function messageOf(db: Database, reading: number, device: string): TracedMessage | null {
  const mark = db
    .prepare('SELECT mark FROM readings WHERE id >= ? AND id < ? AND mark IS NOT NULL ORDER BY id LIMIT 1')
    .pluck()
    .get(reading, reading + ROWS_OF_A_MESSAGE) as number | undefined
  if (mark === undefined) return null
  const { lane, seq } = readMark(mark)
  const stream = db
    .prepare('SELECT epoch, lane FROM device_streams WHERE id = ? AND device_id = ?')
    .get(lane, device) as Omit<TracedMessage, 'seq'> | undefined
  return stream === undefined || seq === 0 ? null : { ...stream, seq }
}
