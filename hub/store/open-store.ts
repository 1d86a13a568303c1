import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asError, LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { systemRandom } from '../../shared/ids.ts'
import { isFresh, setForeignLogAside } from '../../shared/sqlite/foreign-log.ts'
import { hasLog, LogStamp } from '../../shared/sqlite/log-stamp.ts'
import { makeDatabase } from '../../shared/sqlite/make-database.ts'
import { migrate } from '../../shared/sqlite/migrate.ts'
import { type Database, isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { listBackups, writeFullCopy, writeLeanCopy } from './backup.ts'
import { installTriggers } from './change-log.ts'
import { damageOf, damageOfSmallTables, damageOrContradictionOf } from './check.ts'
import { noteCheckDue, noteSound, suspicionOf } from './check-mark.ts'
import { declarations } from './declarations.ts'
import { finishExchange, runningMark } from './exchange.ts'
import { mend } from './mend.ts'
import { removeParts } from './part-files.ts'
import { backupFolder, storeFile } from './places.ts'
import { tellOfReadings } from './planner-statistics.ts'
import { installSearch } from './search-index.ts'
import type { StoreFolder } from './store-folder.ts'

export const HUB_MIGRATIONS = join(import.meta.dirname, '../../drizzle/sqlite')

export interface OpenedStore {
  db: Database
  /** To be written into transactions, so that the log is known as this database's. */
  stamp: LogStamp
  /** What a person must know of this store, in sentences: what lies set aside, and that a backup took its place. */
  toTell: string[]
  /**
   * The last end was not clean: tables that grow are not checked yet, and until `noteSound` every start finds them so. Whoever
   * checks them and finds damage calls `noteDamage`.
   */
  unchecked: boolean
  /** Call after the last commit of a clean stop. */
  close(): void
}

const copyFolders = (folder: string) => [folder, backupFolder(folder), join(folder, 'upgrades')]
/** What was set aside stays a matter for a person until the file is gone. */
const SET_ASIDE: [RegExp, string][] = [
  [/^hub\.db\.damaged-\d+$/, 'the database was damaged and another took its place; the damaged one was set aside as'],
  [/^hub\.db-wal\.foreign-\d+$/, "a write-ahead log that is not this database's was set aside as"],
]

const FOREIGN_LOG = 'the write-ahead log is not of this database; it was set aside and the database opened without it'

/**
 * Opens the hub's database, whatever happened to it: a restore that was interrupted is brought to its end; a log that is not
 * this database's is set aside; after an unclean end its small tables are checked, and all of it where somebody met damage; a
 * damaged file is set aside, never deleted, and what can be read of it takes its place, or else the newest sound backup, as it does for
 * one that is gone; the schema is brought up to date, with a copy made first.
 *
 * Throws `corrupt_database` when it is damaged or gone and there is no backup, `newer_schema` when a newer Lares wrote it.
 */
export function openStore(options: StoreFolder): OpenedStore {
  const { folder } = options
  const file = storeFile(folder)
  mkdirSync(folder, { recursive: true, mode: 0o750 })
  for (const copies of copyFolders(folder)) removeParts(copies)
  finishExchange(file)
  let opened: { db: Database; unchecked: boolean }
  const toTell: string[] = []
  try {
    opened = openChecked(options)
  } catch (error) {
    if (!(error instanceof DamagedDatabase) && !isCorruption(error)) throw error
    toTell.push(...mend(options, { cause: asError(error), migrations: HUB_MIGRATIONS }))
    opened = openChecked(options)
  }
  const { db, unchecked } = opened
  writeFileSync(runningMark(file), '', { mode: 0o640 })
  giveToOwnerOf(folder, runningMark(file))
  syncFolder(folder)
  return {
    db,
    stamp: new LogStamp(db, systemRandom),
    toTell: [...toTell, ...whatLiesAside(folder)],
    unchecked,
    close() {
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
      rmSync(runningMark(file), { force: true })
      syncFolder(folder)
    },
  }
}

function whatLiesAside(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    SET_ASIDE.filter(([form]) => form.test(name)).map(([, story]) => `${story} ${join(folder, name)}`),
  )
}

function openChecked({ folder, now, log }: StoreFolder): { db: Database; unchecked: boolean } {
  const file = storeFile(folder)
  const fresh = isFresh(file)
  // An empty house instead of the one that was here would be worse than none.
  if (fresh && (existsSync(runningMark(file)) || listBackups(backupFolder(folder)).length > 0))
    throw new DamagedDatabase(`${file} is gone`)
  const setAside = setForeignLogAside(file, now)
  if (setAside !== null) log.error({ setAside }, FOREIGN_LOG)
  const suspicion = suspicionOf(file)
  const unclean = !fresh && (existsSync(runningMark(file)) || suspicion !== 'none' || hasLog(file))
  if (fresh) makeDatabase(file, { random: systemRandom, shrinks: true })
  const db = openDatabase({ file, shrinks: true })
  try {
    if (suspicion === 'damage') {
      log.warn({ file }, 'damage was met in the database: all of it is checked before anybody is served')
      // What reads every page finds most of it in a fraction of the time.
      refuseDamaged(damageOf(db) ?? damageOrContradictionOf(db))
      noteSound(file)
    } else if (unclean) refuseDamaged(damageOfSmallTables(db))
    const unchecked = unclean && suspicion !== 'damage'
    if (unchecked) noteCheckDue(file)
    const { applied } = migrate(db, {
      folder: HUB_MIGRATIONS,
      now,
      before(pending, inPlace) {
        // What is damaged must not be rewritten.
        if (unchecked) refuseDamaged(damageOf(db))
        const copy = join(backupFolder(folder), `before-${pending[0]}.db`)
        mkdirSync(backupFolder(folder), { recursive: true, mode: 0o750 })
        // Readings and events that are not touched need no second place: a card may not have it.
        if (inPlace) writeLeanCopy(file, copy)
        else {
          checkSpace(folder, file)
          writeFullCopy(file, copy)
        }
        giveToOwnerOf(folder, copy)
        log.info({ copy, pending }, 'the database was copied before it is migrated')
      },
    })
    if (applied.length > 0) log.info({ applied }, 'the database was migrated')
    installTriggers(db, declarations())
    // A write that meets damage in a search index ends the hub; with the same index it would end it for ever.
    installSearch(db, declarations(), { anew: suspicion === 'damage' })
    // Also what an earlier version told it.
    tellOfReadings(db)
    db.pragma('wal_autocheckpoint = 0')
    // What is changed or removed now may be of somebody who is erased later: its bytes are overwritten in every page that is written.
    db.pragma('secure_delete = FAST')
    return { db, unchecked }
  } catch (error) {
    db.close()
    throw error
  }
}

/** A migration may rewrite the largest table: twice the file's size must be free. */
function checkSpace(folder: string, file: string): void {
  const needed = statSync(file).size * 2
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < needed) throw new LaresError('disk_full', `migrating needs ${needed} bytes free in ${folder}`)
}

function refuseDamaged(damage: string | null): void {
  if (damage !== null) throw new DamagedDatabase(damage)
}

/** What a check found, or that there is nothing to check. */
class DamagedDatabase extends Error {}
