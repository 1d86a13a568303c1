import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { migrate } from '../../shared/sqlite/migrate.ts'
import { type Database, isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { listBackups, verifyBackup, writeFullCopy } from './backup.ts'
import { installCapture } from './change-log.ts'
import { declarations } from './declarations.ts'
import { databaseFiles, putInPlace, syncFolder } from './files.ts'

export const MIGRATIONS = join(import.meta.dirname, '../../drizzle/sqlite')

export interface OpenedStore {
  db: Database
  /** Set when the database was damaged and a backup took its place: where the damaged one lies. */
  setAside: string | null
  /** Call after the last commit of a clean stop. */
  close(): void
}

export interface StoreFolder {
  folder: string
  now: number
  log: Log
}

export const storeFile = (folder: string) => join(folder, 'hub.db')
export const backupFolder = (folder: string) => join(folder, 'backups')
const dirtyFile = (folder: string) => join(folder, 'hub.db-running')

/**
 * Opens the hub's database, whatever happened to it: after an unclean end it is checked; a damaged file is set aside,
 * never deleted, and the newest sound backup takes its place, as it does for one that is gone; the schema is brought up to date, with a copy made first.
 *
 * Throws `corrupt_database` when it is damaged or gone and there is no backup, `newer_schema` when a newer Lares wrote it.
 */
export function openStore(options: StoreFolder): OpenedStore {
  const { folder } = options
  mkdirSync(folder, { recursive: true, mode: 0o750 })
  let setAside: string | null = null
  let db: Database
  try {
    db = openChecked(options)
  } catch (error) {
    if (!(error instanceof DamagedDatabase) && !isCorruption(error)) throw error
    setAside = restore(options, error)
    db = openChecked(options)
  }
  writeFileSync(dirtyFile(folder), '', { mode: 0o640 })
  syncFolder(folder)
  return {
    db,
    setAside,
    close() {
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
      rmSync(dirtyFile(folder), { force: true })
      syncFolder(folder)
    },
  }
}

function openChecked({ folder, now, log }: StoreFolder): Database {
  const file = storeFile(folder)
  const fresh = !existsSync(file) || statSync(file).size === 0
  // An empty house instead of the one that was here would be worse than none.
  if (fresh && (existsSync(dirtyFile(folder)) || listBackups(backupFolder(folder)).length > 0))
    throw new DamagedDatabase(`${file} is gone`)
  const db = openDatabase({ file, shrinks: true })
  try {
    if (existsSync(dirtyFile(folder))) {
      const result = db.pragma('quick_check(1)', { simple: true })
      if (result !== 'ok') throw new DamagedDatabase(String(result))
    }
    const { applied } = migrate(db, {
      folder: MIGRATIONS,
      now,
      before(pending) {
        checkSpace(folder, file)
        const copy = join(folder, 'backups', `before-${pending[0]}.db`)
        mkdirSync(join(folder, 'backups'), { recursive: true, mode: 0o750 })
        writeFullCopy(file, copy)
        log.info({ copy, pending }, 'the database was copied before it is migrated')
      },
    })
    if (applied.length > 0) log.info({ applied }, 'the database was migrated')
    installCapture(db, declarations())
    db.pragma('wal_autocheckpoint = 0')
    return db
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

function restore({ folder, now, log }: StoreFolder, cause: unknown): string {
  const file = storeFile(folder)
  const backup = listBackups(backupFolder(folder)).find(verifyBackup)
  if (!backup) throw new LaresError('corrupt_database', `${file} is damaged or gone and there is no backup`, { cause })
  const setAside = `${file}.damaged-${now}`
  const temporary = `${file}.restored`
  copyFileSync(backup, temporary)
  for (const name of databaseFiles(file)) renameSync(name, name.replace(file, setAside))
  putInPlace(temporary, file)
  log.error(
    { setAside, backup },
    'the database is damaged or gone; what was there was set aside and the newest backup took its place',
  )
  return setAside
}

/** What quick_check found, or that there is nothing to check. */
class DamagedDatabase extends Error {}
