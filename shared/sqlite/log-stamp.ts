import { closeSync, openSync, readSync } from 'node:fs'
import type { RandomBytes } from '../ids.ts'
import type { Database, Statement } from './open.ts'
import { DATABASE_HEADER, readLogPages } from './write-ahead-log.ts'

/**
 * Which log belongs to which database. SQLite does not know: it replays whatever log lies beside a file, also when somebody
 * put another database there, and mixes two houses page by page.
 *
 * So page 1 carries a stamp: a random number of its own (`application_id`) and that of the stamp before (`user_version`).
 * The first transaction of every log writes a new one. A log is the database's own when the file's number is that of one of
 * the log's stamps, or the one before its first. It is wrong for a copy, for yesterday's file, and for another branch alike.
 */
interface Stamp {
  own: number
  before: number
  pageBytes: number
}

const PAGE_BYTES_AT = 16
const BEFORE_AT = 60
const OWN_AT = 68
/** Every SQLite database begins so. */
export const MAGIC = 'SQLite format 3\0'

/** Whether SQLite may be let at the log beside this database, which must not be open elsewhere. */
export function logBelongs(file: string): boolean {
  const log = readLogPages(`${file}-wal`)
  if (!log) return true
  const header = readHeader(file)
  // What is no database any more is not somebody else's either: the log may hold the page that a failing card lost.
  if (!header.toString('latin1').startsWith(MAGIC)) return true
  const main = stampOf(header)
  if (main.pageBytes !== log.pageBytes) return false
  const stamps = log.headers.map(stampOf)
  // Without page 1 nobody of ours wrote it: our logs begin with a stamp.
  return stamps.length === 0 || stamps[0]?.before === main.own || stamps.some(({ own }) => own === main.own)
}

/** Whether something would be replayed: the last end was not clean, whatever else says so. */
export function hasLog(file: string): boolean {
  return readLogPages(`${file}-wal`) !== null
}

/** The first 100 bytes of a file; fewer when it is shorter. */
export function readHeader(file: string): Buffer {
  const header = Buffer.alloc(DATABASE_HEADER)
  const fd = openSync(file, 'r')
  try {
    return header.subarray(0, readSync(fd, header, 0, DATABASE_HEADER, 0))
  } finally {
    closeSync(fd)
  }
}

function stampOf(header: Buffer): Stamp {
  if (header.length < DATABASE_HEADER) return { own: 0, before: 0, pageBytes: 0 }
  const pageBytes = header.readUInt16BE(PAGE_BYTES_AT)
  return {
    own: header.readInt32BE(OWN_AT),
    before: header.readInt32BE(BEFORE_AT),
    pageBytes: pageBytes === 1 ? 65_536 : pageBytes,
  }
}

/** Gives a database a number that no log knows: for a copy, which must never meet the log of its original, and a new file. */
export function stampAnew(db: Database, random: RandomBytes): void {
  db.pragma(`application_id = ${anyNumber(random)}`)
  db.pragma('user_version = 0')
}

/** Sees to it that every log begins with a stamp. The stamp is part of a transaction that writes something anyway. */
export class LogStamp {
  #db: Database
  #random: RandomBytes
  #changes: Statement
  #seen: number
  /** The number that is in the file since the last checkpoint; `null` once this log has its stamp. */
  #before: number | null

  constructor(db: Database, random: RandomBytes) {
    this.#db = db
    this.#random = random
    this.#changes = db.prepare('SELECT total_changes()').pluck()
    this.#seen = Number(this.#changes.get())
    this.#before = this.#own()
  }

  /** Call after every checkpoint: what is written next may begin a log. */
  due(): void {
    this.#before = this.#own()
    this.#seen = Number(this.#changes.get())
  }

  /** Call inside every transaction, before its commit. */
  write(): void {
    if (this.#before === null) return
    const changes = Number(this.#changes.get())
    if (changes === this.#seen) return
    this.#seen = changes
    // The last one was stamped, and was not rolled back.
    if (this.#own() !== this.#before) {
      this.#before = null
      return
    }
    this.#db.pragma(`user_version = ${this.#before}`)
    this.#db.pragma(`application_id = ${anyNumber(this.#random)}`)
  }

  #own(): number {
    return Number(this.#db.pragma('application_id', { simple: true }))
  }
}

/** Not 0, which files of others have. */
function anyNumber(random: RandomBytes): number {
  const bytes = random(4)
  return Buffer.from(bytes).readInt32BE(0) || 1
}
