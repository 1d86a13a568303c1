import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { makeFolder } from '../../shared/make-folder.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { lockFolder } from '../../shared/sqlite/lock.ts'
import { syncFile } from '../../shared/sync-file.ts'
import { finishExchange } from '../store/exchange.ts'
import { settleIncoming } from '../store/incoming.ts'
import { HUB_MIGRATIONS } from '../store/open-store.ts'
import { lockFile, storeFile } from '../store/places.ts'
import {
  exchangeHouse,
  finishHouseExchange,
  OF_A_HOUSE,
  removeUnpacked,
  unpackedName,
} from '../store/whole-exchange.ts'
import { archiveStream } from './archive-stream.ts'
import { CHOOSE, DATABASE, type Manifest } from './manifest.ts'
import { type MountSources, mountedOn } from './mounted-stick.ts'
import { tableRows } from './pack-house.ts'
import { type Progress, unpackArchive } from './unpack-archive.ts'

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

const SETTINGS = 'hub.toml.restored'

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
    const { manifest, names } = await unpackArchive(
      { name: source, bytes: open(), passphrase: sealed },
      { into: folder, nameOf: (entry) => unpackedName(entry === 'hub.toml' ? SETTINGS : entry), progress },
    )
    settleDatabase(join(folder, unpackedName(DATABASE)), { source, manifest })
    giveToOwnerOf(folder, join(folder, unpackedName(DATABASE)))
    const aside = exchangeHouse(folder, now)
    return { manifest, aside, settings: names.includes('hub.toml') ? join(folder, SETTINGS) : null }
  } finally {
    // What was not decided by now never is.
    removeUnpacked(folder)
    release()
  }
}

/** It was packed as it was at one moment, and checked; what differs came later. */
function settleDatabase(file: string, { source, manifest }: { source: string; manifest: Manifest }): void {
  settleIncoming(file, {
    source,
    migrations: HUB_MIGRATIONS,
    check(db) {
      const rows = tableRows(db)
      const table = Object.keys(manifest.rows).find((name) => rows[name] !== manifest.rows[name])
      if (table !== undefined)
        throw new LaresError(
          'corrupt_database',
          `${source} is damaged: ${table} has ${rows[table] ?? 'no'} rows of ${manifest.rows[table]}`,
          {
            hint: CHOOSE,
          },
        )
    },
  })
  syncFile(file)
}

/** A hub that was started once on a new machine has a house, too, in which nothing is. */
function refuseHouse(folder: string, source: string): void {
  const file = storeFile(folder)
  if (!existsSync(file) || isEmptyHouse(file)) return
  throw new LaresError('already_exists', `there is a house in ${folder} already`, {
    hint: `Say --replace to set it aside, nothing of it is removed: lares hub restore --from ${shellWord(source)} --replace --data ${shellWord(folder)}`,
  })
}

/** What is mounted somewhere stays there: to find that out after it was decided would leave a house in two halves. */
function refuseMounts(folder: string, mounts: RestoreOptions['mounts']): void {
  const [mounted] = mountedOn(
    OF_A_HOUSE.map((name) => join(folder, name)),
    mounts,
  )
  if (mounted !== undefined)
    throw new LaresError('unreachable', `something is mounted on ${mounted}, which cannot be set aside`, {
      hint: `Unmount it and run this again: sudo umount ${shellWord(mounted)}. Copy what was restored there onto that disk, empty, before it is mounted again.`,
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
