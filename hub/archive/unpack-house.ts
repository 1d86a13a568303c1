import { join } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { syncFile } from '../../shared/sync-file.ts'
import { settleIncoming } from '../store/incoming.ts'
import { HUB_MIGRATIONS } from '../store/open-store.ts'
import { type HouseToBe, OF_A_HOUSE, unpackedName } from '../store/whole-exchange.ts'
import { CHOOSE, DATABASE, type Manifest } from './manifest.ts'
import { type MountSources, mountedOn } from './mounted-stick.ts'
import { tableRows } from './pack-house.ts'
import type { ArchiveSource } from './read-archive.ts'
import { type Progress, unpackArchive } from './unpack-archive.ts'

/** How the hub.toml of an archive is called in the data folder: it is looked at, and never taken by itself. */
export const SETTINGS = 'hub.toml.restored'

/**
 * Unpacks the house of an archive beside the one in the data folder, under names of its own, and checks all of it: then it can be decided that it
 * is the one. The present house is not touched and may be open. `checking` is called when all was read and the database is opened.
 *
 * Rejects with `disk_full`, `bad_params`, `newer_schema` or `corrupt_database` for the archive. What was written then is the caller's to remove.
 */
export async function unpackHouse(
  folder: string,
  archive: ArchiveSource,
  { progress, checking = () => {} }: { progress: Progress; checking?: () => void },
): Promise<{ manifest: Manifest; hasSettings: boolean }> {
  const { manifest, names } = await unpackArchive(archive, {
    into: folder,
    nameOf: (entry) => unpackedName(entry === 'hub.toml' ? SETTINGS : entry),
    progress,
  })
  checking()
  const database = join(folder, unpackedName(DATABASE))
  settleDatabase(database, { source: archive.name, manifest })
  giveToOwnerOf(folder, database)
  return { manifest, hasSettings: names.includes('hub.toml') }
}

/** What is known of the house of an archive. */
export function houseToBe({ house, made_at, version }: Manifest, name: string): HouseToBe {
  return { house, made_at, version, name }
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

/** What is mounted somewhere stays there: to find that out after it was decided would leave a house in two halves. */
export function refuseMounts(folder: string, mounts?: Pick<MountSources, 'mounts'>): void {
  const [mounted] = mountedOn(
    OF_A_HOUSE.map((name) => join(folder, name)),
    mounts,
  )
  if (mounted !== undefined)
    throw new LaresError('unreachable', `something is mounted on ${mounted}, which cannot be set aside`, {
      hint: `Unmount it and run this again: sudo umount ${shellWord(mounted)}. Copy what was restored there onto that disk, empty, before it is mounted again.`,
    })
}
