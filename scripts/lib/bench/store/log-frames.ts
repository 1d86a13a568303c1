import { closeSync, openSync, readSync } from 'node:fs'

/** https://www.sqlite.org/walformat.html#the_wal_index_file_format: both are in the byte order of the machine. */
const MX_FRAME_AT = 16
const SALT_AT = 32
const HEADER_BYTES = 48
/** A frame's own header, before its page. */
export const FRAME_HEADER_BYTES = 24

/**
 * Counts the frames that commits add to a write-ahead log, from the log's index, whose header every commit writes. A log that
 * begins anew after a checkpoint has another salt.
 */
export class LogFrames {
  #fd: number
  #header = Buffer.alloc(HEADER_BYTES)
  #frames = 0
  #salt = 0n

  /** `database` is open and has been written, so that its index is there. */
  constructor(database: string) {
    this.#fd = openSync(`${database}-shm`, 'r')
    this.added()
  }

  /** Frames since the last call. Call it before a log can have begun anew twice: after every commit. */
  added(): number {
    readSync(this.#fd, this.#header, 0, HEADER_BYTES, 0)
    const last = littleEndian() ? this.#header.readUInt32LE(MX_FRAME_AT) : this.#header.readUInt32BE(MX_FRAME_AT)
    const salt = this.#header.readBigUInt64BE(SALT_AT)
    const before = salt === this.#salt ? this.#frames : 0
    this.#frames = last
    this.#salt = salt
    return last - before
  }

  /** The file's descriptor, for whoever writes its dirty pages as the kernel does after a while. */
  get fd(): number {
    return this.#fd
  }

  /** After the database is closed: whoever closes a file loses all locks on it of the whole process, those of SQLite too. */
  close(): void {
    closeSync(this.#fd)
  }
}

function littleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
}
