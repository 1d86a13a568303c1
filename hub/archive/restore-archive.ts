import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { makeFolder } from '../../shared/make-folder.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { lockFolder } from '../../shared/sqlite/lock.ts'
import { finishExchange } from '../store/exchange.ts'
import { lockFile, storeFile } from '../store/places.ts'
import { exchangeHouse, finishHouseExchange, removeUnpacked } from '../store/whole-exchange.ts'
import { archiveStream } from './archive-stream.ts'
import type { Manifest } from './manifest.ts'
import type { MountSources } from './mounted-stick.ts'
import type { Progress } from './unpack-archive.ts'
import { houseToBe, refuseMounts, SETTINGS, unpackHouse } from './unpack-house.ts'

export interface RestoreOptions {
  /** The archive. */
  source: string
  now: number
  /** Whether a house that is there already makes room. Default false. */
  replace?: boolean
  /** Asked for only where the archive is sealed. */
  passphrase: () => Promise<string>
  progress?: Progress
  /** Absent: those of this machine. */
  mounts?: Pick<MountSources, 'mounts'>
}

export interface Restored {
  manifest: Manifest
  /** How what was there before is called now; `null` where there was nothing. */
  aside: string | null
  /** Where the archive's hub.toml lies now; `null` where it has none. */
  settings: string | null
}

/**
 * Puts the house of an archive in the place of the one in the data folder, which is made where it is missing: database, recordings, keys and
 * certificate. All of it is unpacked beside and checked first; then one rename decides, and whenever this is killed, the next who opens the
 * folder finds one of the two, whole. What was there is set aside. The hub must not run. As root it gives what it writes to the owner of
 * the data folder.
 *
 * Rejects with `already_running`, with `unreachable` where a disk is mounted on something that has to make room, with `already_exists` where a house is there and nobody said `replace`, with `disk_full`, `bad_params`,
 * `newer_schema` or `corrupt_database` for the archive; then nothing was changed.
 */
export async function restoreArchive(folder: string, options: RestoreOptions): Promise<Restored> {
  const { source, now, replace = false, passphrase, progress = () => {}, mounts } = options
  const { kind, open } = archiveStream(source)
  makeFolder(folder, 0o750)
  const release = lockFolder(lockFile(folder))
  try {
    giveToOwnerOf(folder, lockFile(folder))
    finishHouseExchange(folder)
    finishExchange(storeFile(folder))
    if (!replace) refuseHouse(folder, source)
    refuseMounts(folder, mounts)
    const sealed = kind === 'sealed' ? await passphrase() : null
    const { manifest, hasSettings } = await unpackHouse(
      folder,
      { name: source, bytes: open(), passphrase: sealed },
      { progress },
    )
    const aside = exchangeHouse(folder, houseToBe(manifest, basename(source)), now)
    return { manifest, aside, settings: hasSettings ? join(folder, SETTINGS) : null }
  } finally {
    // What was not decided by now never is.
    removeUnpacked(folder)
    release()
  }
}

/** A hub that was started once on a new machine has a house, too, in which nothing is. */
function refuseHouse(folder: string, source: string): void {
  const file = storeFile(folder)
  if (!existsSync(file) || isEmptyHouse(file)) return
  throw new LaresError('already_exists', `there is a house in ${folder} already`, {
    hint: `Say --replace to set it aside, nothing of it is removed: lares hub restore --from ${shellWord(source)} --replace --data ${shellWord(folder)}`,
  })
}

function isEmptyHouse(file: string): boolean {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      const any =
        'SELECT (SELECT count(*) FROM devices) + (SELECT count(*) FROM users) + EXISTS (SELECT 1 FROM readings)'
      return Number(db.prepare(any).pluck().get()) === 0
    } finally {
      db.close()
    }
  } catch {
    return false // whatever it is, somebody has to say that it may make room
  }
}
