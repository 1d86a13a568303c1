import { closeSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { FRAME_HEADER, LOG_HEADER } from '../../shared/sqlite/write-ahead-log.ts'

/** Pages are read by so much at a time. */
const STEP_BYTES = 1 << 20
/** Somebody may commit between two looks; with each try it has less time to. */
const TRIES = 1_000

/**
 * One moment of a database that others write to, page by page, without a copy of it anywhere. Reading it takes no lock that a
 * writer waits for; the log grows by what is committed until it is closed.
 */
export interface Snapshot {
  /** A connection that sees this moment and nothing later. It cannot write. */
  db: Database
  /** The size of `pages`. */
  bytes: number
  /** The whole database file as it was, a megabyte at a time; a chunk is good until the next one is asked for. Once. */
  pages(): Generator<Buffer, void>
  /** Lets go of it. Twice is safe. */
  close(): void
}

/**
 * Opens the database as it is now: a reader holds its moment, which keeps the log's frames and the file below them where they
 * are, and the shared index of the log says which frames are of it (https://www.sqlite.org/walformat.html).
 *
 * In a process of its own only: to close a file gives up the locks that this process has on it, also those of SQLite.
 */
export function openSnapshot(file: string): Snapshot {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true })
  const open: number[] = []
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    // The reader first: a file that is closed before would take its locks along.
    db.close()
    for (const fd of open) closeSync(fd)
  }
  try {
    // The first look makes the index where nobody else has the database open.
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    const [main, log, index] = ['', '-wal', '-shm'].map((suffix) => openSync(file + suffix, 'r')) as [
      number,
      number,
      number,
    ]
    open.push(main, log, index)
    const moment = holdMoment(db, index)
    const size = { pages: numberOf(db, 'page_count'), pageBytes: numberOf(db, 'page_size') }
    const frames = moment.isInFile ? new Map<number, number>() : framesOf(log, { ...moment, ...size })
    return { db, bytes: size.pages * size.pageBytes, pages: () => pagesOf({ main, log }, size, frames), close }
  } catch (error) {
    close()
    throw error
  }
}

const numberOf = (db: Database, name: string) => Number(db.pragma(name, { simple: true }))

interface Size {
  pages: number
  pageBytes: number
}

/** What the index of the log says of a moment. */
interface Moment {
  /** How many frames of the log belong to it. */
  frames: number
  salts: Buffer
  /** All of them are in the file as well, which nobody writes to then: their places in the log may be used again. */
  isInFile: boolean
}

const HEADER_BYTES = 48
/** How many frames are in the file already stands behind both copies of the header. */
const MOVED_AT = 96
const LOOK_BYTES = 100

/** Begins a reader of `db` and says of what moment it is. */
function holdMoment(db: Database, index: number): Moment {
  for (let at = 0; at < TRIES; at += 1) {
    const before = lookAt(index)
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    const after = lookAt(index)
    const moment = momentOf(before, after)
    if (moment) return moment
    db.exec('ROLLBACK')
  }
  throw new LaresError('busy', 'the database is written to without a pause: no moment of it could be held')
}

function lookAt(index: number): Buffer {
  const look = Buffer.alloc(LOOK_BYTES)
  readSync(index, look, 0, LOOK_BYTES, 0)
  return look
}

/** `null`: something was committed or moved meanwhile, so the reader may have begun before or after it. */
function momentOf(before: Buffer, after: Buffer): Moment | null {
  const header = after.subarray(0, HEADER_BYTES)
  const isStill = header.equals(before.subarray(0, HEADER_BYTES))
  if (!isStill || !header.equals(after.subarray(HEADER_BYTES, 2 * HEADER_BYTES))) return null
  const frames = native(header, 16)
  const wasInFile = native(before, MOVED_AT) >= frames
  if (wasInFile !== native(after, MOVED_AT) >= frames) return null
  return { frames, salts: Buffer.from(header.subarray(32, 40)), isInFile: wasInFile }
}

const LITTLE = endianness() === 'LE'

/** The index is written in the order of the machine. */
function native(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
}

/** Where in the log the last frame of each page lies. */
function framesOf(log: number, { frames, pageBytes, salts }: Moment & Size): Map<number, number> {
  const found = new Map<number, number>()
  const header = Buffer.alloc(FRAME_HEADER)
  for (let frame = 0; frame < frames; frame += 1) {
    const at = LOG_HEADER + frame * (FRAME_HEADER + pageBytes)
    if (readSync(log, header, 0, FRAME_HEADER, at) < FRAME_HEADER || !header.subarray(8, 16).equals(salts))
      throw new LaresError('disk_error', `frame ${frame + 1} of the write-ahead log cannot be read`)
    found.set(header.readUInt32BE(0), at + FRAME_HEADER)
  }
  return found
}

/** What stands in the log is newer than what stands in the file, which may be being written to just there. */
function* pagesOf(
  { main, log }: { main: number; log: number },
  { pages, pageBytes }: Size,
  frames: ReadonlyMap<number, number>,
): Generator<Buffer, void> {
  const atOnce = Math.max(1, Math.floor(STEP_BYTES / pageBytes))
  const step = Buffer.alloc(atOnce * pageBytes)
  for (let first = 1; first <= pages; first += atOnce) {
    const count = Math.min(atOnce, pages - first + 1)
    const chunk = step.subarray(0, count * pageBytes)
    // A page that was added since the last checkpoint is in the log alone.
    const got = readWhole(main, chunk, (first - 1) * pageBytes)
    for (let page = first; page < first + count; page += 1) {
      const place = chunk.subarray((page - first) * pageBytes, (page - first + 1) * pageBytes)
      const at = frames.get(page)
      const isRead = at === undefined ? (page - first + 1) * pageBytes <= got : readWhole(log, place, at) === pageBytes
      if (!isRead) throw new LaresError('disk_error', `page ${page} of the database cannot be read`)
    }
    yield chunk
  }
}

function readWhole(fd: number, into: Buffer, at: number): number {
  let got = 0
  while (got < into.length) {
    const read = readSync(fd, into, got, into.length - got, at + got)
    if (read === 0) break
    got += read
  }
  return got
}
