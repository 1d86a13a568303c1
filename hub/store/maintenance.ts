import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import type { Log } from '../../shared/log.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { lockFolder } from '../../shared/sqlite/lock.ts'
import { logBelongs } from '../../shared/sqlite/log-stamp.ts'
import { listBackups, writeFullCopy } from './backup.ts'
import { checkCopyTarget } from './copy-target.ts'
import { exchange, finishExchange } from './exchange.ts'
import { databaseFiles, putInPlace } from './files.ts'
import { bringIn } from './incoming.ts'
import { HUB_MIGRATIONS, openStore } from './open-store.ts'
import { backupFolder, lockFile, storeFile } from './places.ts'
import { salvage, salvageFile } from './salvage.ts'
import { reportWords } from './salvage-report.ts'
import { isSound } from './sound.ts'
import type { StoreFolder } from './store-folder.ts'
import { finishHouseExchange } from './whole-exchange.ts'

/**
 * A whole copy of the database in one file, also while the hub runs. `target` is checked before anything is written and the
 * copy before it takes its place; an earlier copy there makes room with `replace` only. Returns its path.
 */
export function backupDatabase(folder: string, target: string, { replace = false } = {}): string {
  const file = storeFile(folder)
  settle(folder)
  const copy = checkCopyTarget(folder, target, { replace })
  if (!existsSync(file))
    throw new LaresError('not_found', `there is no database in ${folder}`, {
      hint: 'Name the data folder of the hub with --data DIR.',
    })
  writeFullCopy(file, copy)
  // In the data folder it must be the service's; elsewhere it is whoever's made it.
  if (copy.startsWith(`${realpathSync(folder)}/`)) giveToOwnerOf(folder, copy)
  return copy
}

/** A hub that runs has its database in order; where none does, nobody has looked yet. */
function settle(folder: string): void {
  const file = storeFile(folder)
  let release: () => void
  try {
    release = lock(folder)
  } catch (error) {
    if (error instanceof LaresError && error.code === 'already_running') return
    throw error
  }
  try {
    finishExchange(file)
    if (existsSync(file) && !logBelongs(file))
      throw new LaresError('corrupt_database', `${file}-wal is the log of another database`, {
        hint: `Start the hub once: it sets the log aside. Or restore a copy: lares hub restore --from FILE --data ${shellWord(folder)}`,
      })
  } finally {
    release()
  }
}

/**
 * Puts a copy in the database's place, with everything that belongs to either. The present one is set aside, never deleted;
 * whenever this is killed, the next start has one of the two, whole. The hub must not run. As root it gives what it writes to
 * the owner of the data folder. `told` hears what the copy does not have. Returns where the present one lies now, or `null` when
 * there was none.
 */
export function restoreDatabase(
  folder: string,
  source: string,
  { now, told = () => {} }: { now: number; told?: (what: string) => void },
): string | null {
  const release = lock(folder)
  try {
    const file = storeFile(folder)
    finishExchange(file)
    const incoming = bringIn(resolve(source), { file, migrations: HUB_MIGRATIONS, told })
    giveToOwnerOf(folder, incoming)
    const present = databaseFiles(file).length > 0
    const aside = exchange(file, incoming, { reason: 'aside', now })
    return present ? aside : null
  } finally {
    release()
  }
}

/**
 * Saves what can be read of a damaged database into a new file, which can be restored. What is missing of small tables comes from the
 * newest sound backup of the data folder. Killed, the same call goes on. Returns what was saved, in a sentence.
 */
export function salvageDatabase(folder: string, source: string, { to, log }: { to: string; log: Log }): string {
  const file = resolve(source)
  if (!existsSync(file))
    throw new LaresError('not_found', `there is no file ${file}`, {
      hint: 'Look for it: ls -l shows the files of a folder.',
    })
  // It may be written to meanwhile, and its own start saves what can be read of it.
  if (existsSync(storeFile(folder)) && statSync(file).ino === statSync(storeFile(folder)).ino)
    throw new LaresError('bad_params', `${file} is the database of the hub, whose start mends it`, {
      hint: 'Name one that was set aside: hub.db.damaged-….',
    })
  const copy = checkCopyTarget(folder, to, { replace: false })
  const backup = listBackups(backupFolder(folder)).find(isSound) ?? null
  const outcome = salvage({ file, target: salvageFile(copy), backup, found: 'somebody asked', log })
  if (outcome.kind === 'unreadable')
    throw new LaresError('corrupt_database', `${file} does not say what is in it, or accounts and settings are damaged`)
  if (outcome.kind === 'no_room')
    throw new LaresError(
      'disk_full',
      `saving needs ${Math.ceil(outcome.neededBytes / 1e6)} MB free in ${dirname(copy)}`,
    )
  putInPlace(outcome.file, copy)
  if (copy.startsWith(`${realpathSync(folder)}/`)) giveToOwnerOf(folder, copy)
  return reportWords(outcome.report)
}

/** Brings the schema up to date, with a copy made first. The hub must not run. */
export function migrateDatabase(options: StoreFolder): void {
  const release = lock(options.folder)
  try {
    openStore(options).close()
  } finally {
    release()
  }
}

function lock(folder: string): () => void {
  const file = lockFile(folder)
  const release = lockFolder(file)
  giveToOwnerOf(folder, file)
  finishHouseExchange(folder)
  return release
}
