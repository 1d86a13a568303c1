import { chmodSync, copyFileSync, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { asError, LaresError } from '../../shared/errors.ts'
import { runningUser } from '../../shared/running-user.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { logBelongs } from '../../shared/sqlite/log-stamp.ts'
import { refuseNewer } from '../../shared/sqlite/migrate.ts'
import { sqliteCode } from '../../shared/sqlite/open.ts'
import { listBackups, markAsCopy } from './backup.ts'
import { databaseFiles } from './files.ts'
import { dropPart, partOf } from './part-files.ts'
import { fillRollups } from './rollups-in-copies.ts'
import { checkMagic, checkSound } from './sound.ts'

/**
 * Makes a checked copy of somebody's database beside `file`, in one piece and ready to take its place. Only the copy is
 * opened: the source may lie on a disk that cannot be written, and its own log comes along. What a backup left to others is
 * taken from those that lie beside it; `told` hears when they do not have it. Returns the copy's path.
 *
 * Throws what is wrong with the source: `not_found`, `no_permission`, `bad_params`, `corrupt_database`, `newer_schema`,
 * or `disk_full`. Then nothing is left behind.
 */
export function bringIn(
  source: string,
  { file, migrations, told }: { file: string; migrations: string; told: (what: string) => void },
): string {
  const part = partOf(file)
  try {
    readable(source, file)
    dropPart(part)
    copyWithLog(source, part)
    settleIncoming(part, { source, migrations })
    const folder = dirname(resolve(source))
    if (!fillRollups(part, () => listBackups(folder))) told(`${LEFT_TO_OTHERS} ${folder}`)
    return part
  } catch (error) {
    dropPart(part)
    throw named(error, source)
  }
}

function readable(source: string, file: string): void {
  const found = statSync(source)
  if (found.isDirectory())
    throw new LaresError('bad_params', `${source} is a folder`, { hint: 'Name a file in it: ls shows them.' })
  if (!found.isFile()) throw new LaresError('bad_params', `${source} is no ordinary file`, { hint: CHOOSE })
  if (databaseFiles(file).some((own) => statSync(own).ino === found.ino && statSync(own).dev === found.dev))
    throw new LaresError('bad_params', `${source} is the database that is in use`, { hint: CHOOSE })
  checkMagic(source)
}

function copyWithLog(source: string, part: string): void {
  copyPrivate(source, part)
  if (!existsSync(`${source}-wal`)) return
  if (!logBelongs(source))
    throw new LaresError('bad_params', `${source}-wal is the log of another database`, {
      hint: `Move it away, and look at what is restored: mv ${shellWord(`${source}-wal`)} ${shellWord(`${source}-wal.foreign`)}`,
    })
  copyPrivate(`${source}-wal`, `${part}-wal`)
}

function copyPrivate(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
}

/**
 * Makes a copy of a database one piece, ready to take a place: checked, and known as a copy. `source` is what messages call it;
 * `check` may find more that is wrong with it. Throws what is wrong.
 */
export function settleIncoming(
  part: string,
  {
    source,
    migrations,
    check = () => {},
  }: { source: string; migrations: string; check?: (db: Sqlite.Database) => void },
): void {
  const db = new Sqlite(part)
  try {
    db.pragma('journal_mode = DELETE')
    checkSound(db, source)
    refuseNewer(db, migrations)
    check(db)
    markAsCopy(db)
  } finally {
    db.close()
  }
}

const LEFT_TO_OTHERS =
  'older hourly values of sensors are missing: this copy left them to others, and none that is whole and sound lies in'
const CHOOSE = 'Choose a file made by lares hub backup, or one of the folder backups.'

/** What the system says, in words that tell a person what to do. */
function named(error: unknown, source: string): unknown {
  if (error instanceof LaresError) return error
  const cause = { cause: error }
  switch (sqliteCode(error) ?? (error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new LaresError('not_found', `there is no file ${resolve(source)}`, {
        ...cause,
        hint: 'Look for it: ls -l shows the files of a folder.',
      })
    case 'EACCES':
    case 'EPERM':
      return new LaresError('no_permission', `the user ${runningUser()} may not read ${resolve(source)}`, {
        ...cause,
        hint: 'Run the same command with sudo: as root it gives what it writes to the owner of the data folder.',
      })
    case 'ENOSPC':
    case 'SQLITE_FULL':
      return new LaresError('disk_full', `there is no room for a copy of ${source} in the data folder`, {
        ...cause,
        hint: 'Free as much space on that disk as the file is large, and run it again.',
      })
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new LaresError('corrupt_database', `${source} is damaged: ${asError(error).message}`, {
        ...cause,
        hint: CHOOSE,
      })
    default:
      return error
  }
}
