import { closeSync, existsSync, openSync, readSync } from 'node:fs'

/** What a log says of itself, and page 1 as each of its transactions left it. */
export interface LogPages {
  pageBytes: number
  /** The database's header, 100 bytes, of every image of page 1 in the part that SQLite would replay; oldest first. */
  headers: Buffer[]
}

/** https://www.sqlite.org/fileformat.html#the_write_ahead_log */
export const LOG_HEADER = 32
/** What stands before each page in a log, bytes. */
export const FRAME_HEADER = 24
const MAGIC = 0x377f0682
const FORMAT = 3_007_000
export const DATABASE_HEADER = 100

/**
 * Reads the log of a database as SQLite's recovery does: frames count as far as their salts and running checksums are right
 * and a commit follows. `null` where there is no log or nothing of it would be replayed.
 */
export function readLogPages(log: string): LogPages | null {
  if (!existsSync(log)) return null
  const fd = openSync(log, 'r')
  try {
    return pagesOf(fd)
  } finally {
    closeSync(fd)
  }
}

function pagesOf(fd: number): LogPages | null {
  const header = Buffer.alloc(LOG_HEADER)
  if (readSync(fd, header, 0, LOG_HEADER, 0) < LOG_HEADER) return null
  const magic = header.readUInt32BE(0)
  if ((magic & ~1) >>> 0 !== MAGIC || header.readUInt32BE(4) !== FORMAT) return null
  const pageBytes = header.readUInt32BE(8)
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return null
  const sum = new RunningSum((magic & 1) === 1)
  sum.add(header.subarray(0, 24))
  if (!sum.is(header.readUInt32BE(24), header.readUInt32BE(28))) return null
  const salts = header.subarray(16, 24)

  const frame = Buffer.alloc(FRAME_HEADER + pageBytes)
  const committed: Buffer[] = []
  let open: Buffer[] = []
  let commits = 0
  for (let at = LOG_HEADER; readSync(fd, frame, 0, frame.length, at) === frame.length; at += frame.length) {
    if (!frame.subarray(8, 16).equals(salts)) break
    sum.add(frame.subarray(0, 8))
    sum.add(frame.subarray(FRAME_HEADER))
    if (!sum.is(frame.readUInt32BE(16), frame.readUInt32BE(20))) break
    if (frame.readUInt32BE(0) === 1)
      open.push(Buffer.from(frame.subarray(FRAME_HEADER, FRAME_HEADER + DATABASE_HEADER)))
    if (frame.readUInt32BE(4) === 0) continue
    commits += 1
    committed.push(...open)
    open = []
  }
  return commits === 0 ? null : { pageBytes, headers: committed }
}

/** The checksum of logs: two words that take up the data eight bytes at a time. */
class RunningSum {
  #bigEndian: boolean
  #first = 0
  #second = 0

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian
  }

  add(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const little = !this.#bigEndian
    for (let at = 0; at < bytes.length; at += 8) {
      this.#first = (this.#first + view.getUint32(at, little) + this.#second) | 0
      this.#second = (this.#second + view.getUint32(at + 4, little) + this.#first) | 0
    }
  }

  is(first: number, second: number): boolean {
    return this.#first >>> 0 === first && this.#second >>> 0 === second
  }
}
