import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LaresError } from '../shared/errors.ts'
import { lockFolder } from '../shared/sqlite/lock.ts'
import { verifyBackup, writeFullCopy } from './store/backup.ts'
import { databaseFiles, putInPlace } from './store/files.ts'
import { openStore, type StoreFolder, storeFile } from './store/open-store.ts'

/** A whole copy of the database in one file, also while the hub runs. Returns its path. */
export function backupDatabase(folder: string, target: string): string {
  const file = storeFile(folder)
  if (!existsSync(file)) throw new LaresError('not_found', `there is no database in ${folder}`)
  const copy = resolve(target)
  writeFullCopy(file, copy)
  if (!verifyBackup(copy)) throw new LaresError('corrupt_database', `the copy ${copy} does not pass its check`)
  return copy
}

/**
 * Puts a copy in the database's place. The present one is set aside, never deleted; at any moment one of the two is whole.
 * The hub must not run. Returns where the present one lies now.
 */
export function restoreDatabase(folder: string, source: string, now: number): string {
  if (!verifyBackup(source))
    throw new LaresError('bad_params', `${source} is no backup of a hub`, {
      hint: 'Choose a file made by lares hub backup.',
    })
  const release = lockFolder(join(folder, 'lock.db'))
  try {
    const file = storeFile(folder)
    const temporary = `${file}.restored`
    copyFileSync(source, temporary)
    const aside = `${file}.aside-${now}`
    for (const name of databaseFiles(file)) renameSync(name, name.replace(file, aside))
    putInPlace(temporary, file)
    return aside
  } finally {
    release()
  }
}

/** Brings the schema up to date, with a copy made first. The hub must not run. */
export function migrateDatabase(options: StoreFolder): void {
  const release = lockFolder(join(options.folder, 'lock.db'))
  try {
    openStore(options).close()
  } finally {
    release()
  }
}
