import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { systemRandom } from '../../shared/ids.ts'
import { stampAnew } from '../../shared/sqlite/log-stamp.ts'
import { makePrivate } from '../../shared/sqlite/open.ts'
import { copyRows } from './copy-rows.ts'
import { putInPlace } from './files.ts'
import { dropPart, partOf, removePartsOf } from './part-files.ts'
import { backupFile, backupTime } from './places.ts'
import { ALL_ROLLUPS, markSince, rollupsSince, sinceWhich, wholeCopies } from './rollups-in-copies.ts'
import { checkIntegrity } from './sound.ts'

/** Left out of the hourly backup: they are large, and central keeps its copy. */
const LEFT_OUT = new Set(['readings', 'reading_index', 'events', 'rejected_messages', 'sync_changes'])
/** Set in every copy, so that one put in a database's place is known as such: central gives it a new epoch. */
export const RESTORED_COPY = 'restored_copy'
const KEEP = 24
/** What other copies leave to whole ones is in two of them. */
const KEEP_WHOLE = 2

/**
 * Copies everything but readings, their 5-minute rollups and events into a new database and verifies it by opening it. Hourly
 * rollups that two other copies of the folder have it leaves to them. Safe while the hub writes: it reads one snapshot. Returns
 * the file's path.
 */
export function writeBackup(options: {
  source: string
  folder: string
  now: number
  /** Whether it leaves nothing to others: they are about to go. Default false. */
  whole?: boolean
  /** Called when the copy is whole and checked. What it throws keeps the copy from its place. */
  before?: () => void
}): string {
  const { source, folder, now, whole = false, before } = options
  mkdirSync(folder, { recursive: true, mode: 0o750 })
  const final = nextBackup(folder, now)
  writeLeanCopy(source, final, { since: whole ? null : sinceWhich(source, listBackups(folder), now), before })
  removeOldest(listBackups(folder))
  return final
}

/** The same as a file of any name. `since`: from which key on it has hourly rollups; `null`, the default: it has all. */
export function writeLeanCopy(
  source: string,
  target: string,
  { since = null, before }: { since?: number | null; before?: (() => void) | undefined } = {},
): void {
  const partly = new Map([['reading_rollups', since === null ? ALL_ROLLUPS : rollupsSince(since)]])
  writeChecked(
    target,
    (part) => {
      copyRows(source, part, { leftOut: LEFT_OUT, partly })
      mark(part, (copy) => markSince(copy, since))
    },
    before,
  )
}

function removeOldest(copies: readonly string[]): void {
  const needed = new Set(wholeCopies(copies).filter((_, at) => at < KEEP_WHOLE))
  for (const [at, file] of copies.entries()) if (at >= KEEP && !needed.has(file)) rmSync(file)
}

/**
 * A whole copy of the database in one file, for before a migration and for a person's safe-keeping. Throws `disk_full` before
 * it writes anything when there is no room for it.
 */
export function writeFullCopy(source: string, target: string): void {
  writeChecked(target, (part) => {
    const db = new Sqlite(source, { readonly: true })
    try {
      checkRoom(db, dirname(target))
      db.prepare('VACUUM INTO ?').run(part)
    } finally {
      db.close()
    }
    mark(part, (copy) => markSince(copy, null))
  })
}

function mark(part: string, more: (copy: Sqlite.Database) => void): void {
  const copy = new Sqlite(part)
  try {
    markAsCopy(copy)
    more(copy)
  } finally {
    copy.close()
  }
}

/** A copy takes its place when it is whole and has passed its check; one that fails leaves nothing behind. */
function writeChecked(final: string, write: (part: string) => void, before?: () => void): void {
  removePartsOf(final)
  const part = partOf(final)
  try {
    dropPart(part)
    makePrivate(part)
    write(part)
    const copy = new Sqlite(part, { readonly: true })
    try {
      // A hub that was killed at its first start has not all tables yet.
      checkIntegrity(copy, part)
    } finally {
      copy.close()
    }
    before?.()
    putInPlace(part, final)
  } catch (error) {
    dropPart(part)
    throw error
  }
}

/** A copy that fills the disk would close the hub's own intake. */
function checkRoom(db: Sqlite.Database, folder: string): void {
  const number = (name: string) => Number(db.pragma(name, { simple: true }))
  const needed = (number('page_count') - number('freelist_count')) * number('page_size')
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < needed)
    throw new LaresError('disk_full', `a whole copy needs ${Math.ceil(needed / 1e6)} MB free in ${folder}`, {
      hint: 'Free space there, or choose a folder on another disk.',
    })
}

/**
 * The file of a backup that is begun now. Its name comes behind all that are there, also behind those of a clock that was ahead:
 * the newest one is what takes the place of a damaged database, and what is kept longest.
 */
function nextBackup(folder: string, now: number): string {
  const [newest = ''] = listBackups(folder)
  return backupFile(folder, Math.max(now, (backupTime(basename(newest)) ?? 0) + 1))
}

/** The backups of a folder, the one that was made last first. */
export function listBackups(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => backupTime(name) !== null)
    .sort()
    .reverse()
    .map((name) => join(folder, name))
}

/**
 * Removes all copies of a folder but one, also those from before migrations. By its place and not by its time: the clock may have
 * been ahead when another one was made.
 */
export function removeOtherCopies(folder: string, kept: string): void {
  for (const file of listBackups(folder)) if (file !== kept) rmSync(file)
  for (const name of readdirSync(folder)) if (/^before-.*\.db$/.test(name)) rmSync(join(folder, name))
}

/** Whether the file is a copy that the hub made, or one that was put in a database's place. */
export function isCopy(file: string): boolean {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      return db.prepare('SELECT 1 FROM hub_settings WHERE key = ?').get(RESTORED_COPY) !== undefined
    } finally {
      db.close()
    }
  } catch {
    return false // neither a database nor a hub's
  }
}

/**
 * What is run at most once may have been run since the copy was made: whoever uses the copy has it run by a person. It is kept
 * until no time (`kept_until`), so nothing removes such a job before that person, or a newer one of its key, has settled it.
 */
const NOT_FROM_A_COPY = `
  UPDATE jobs SET state = 'failed', ended_at = enqueued_at, last_code = 'outcome_unknown',
    last_error = 'this database is a copy: what was done since it was made is not known'
  WHERE state IN ('waiting', 'running') AND delivery = 'at_most_once'`

/** Keys of append tables go on in a copy where they were, and go on in its original too: rows have another name in each. */
const ANOTHER_LIFE = 'UPDATE followers SET epoch = NULL'

/** Who was logged out since it was made must not be logged in again by it, and everybody is asked for a password where it is restored. */
const NOBODY_LOGGED_IN = 'DELETE FROM web_sessions; DELETE FROM setup_codes'

/** Makes a copy known as such, to central and to whatever log may lie where it is put. */
export function markAsCopy(db: Sqlite.Database): void {
  stampAnew(db, systemRandom)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'jobs'").get()) db.exec(NOT_FROM_A_COPY)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'followers'").get()) db.exec(ANOTHER_LIFE)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'web_sessions'").get()) db.exec(NOBODY_LOGGED_IN)
  // The oldest databases that are copied before they are migrated have no settings yet.
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'hub_settings'").get())
    db.prepare("INSERT INTO hub_settings (key, value) VALUES (?, 'true') ON CONFLICT DO NOTHING").run(RESTORED_COPY)
}
