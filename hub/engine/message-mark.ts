/**
 * What the last row of a message carries instead of a page of the books: which lane of which device it moved, and how far. One
 * integer: the lane's key in `device_streams` below, the sequence number above. 0: a message without a sequence number.
 */
const LANES = 2 ** 16
/** Together they stay a safe integer. */
const GREATEST_SEQ = 2 ** 37 - 1

/** `null`: the numbers are too large for a mark. */
export function messageMark(lane: number, seq: number): number | null {
  return lane < LANES && seq <= GREATEST_SEQ ? seq * LANES + lane : null
}

export function readMark(mark: number): { lane: number; seq: number } {
  return { lane: mark % LANES, seq: Math.floor(mark / LANES) }
}
