import { statSync } from 'node:fs'
import { LaresError } from '../../shared/errors.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { damageOf } from '../store/check.ts'
import { NOT_DERIVED } from '../store/copy-rows.ts'
import { storeFile } from '../store/places.ts'
import { archiveFiles, type HubPlaces, outsidePlaces } from './archive-files.ts'
import { archiveName, archiveOwner, type NamedHouse } from './archive-name.ts'
import { FORMAT, type Manifest } from './manifest.ts'
import type { ArchiveContent } from './pack-archive.ts'
import { openSnapshot, type Snapshot } from './snapshot.ts'

export interface PreparedHouse {
  content: ArchiveContent
  /** The file name that it is to have. */
  name: string
  /** Whose archives this one is among; see `readArchiveName`. */
  owner: string
}

/**
 * Holds this moment of a house and says what its archive will have: its database is checked as it is now, before a byte of it goes
 * anywhere, and its rows are counted. Throws `corrupt_database` for a damaged one: the archives there are, are better. Close
 * `content.snapshot`. In a process of its own only, see `openSnapshot`.
 */
export function prepareHouse(
  places: HubPlaces,
  { version, now, passphrase }: { version: string; now: number; passphrase: string | null },
): PreparedHouse {
  const snapshot = openSnapshot(storeFile(places.folder))
  try {
    const { db } = snapshot
    const found = damageOf(db)
    if (found !== null)
      throw new LaresError('corrupt_database', `the database is damaged, and nothing was backed up: ${found}`, {
        hint: 'Restart the hub: its start saves what can be read of the database. Then make the backup.',
      })
    const house = houseOf(db)
    const files = archiveFiles(places)
    const manifest: Manifest = {
      format: FORMAT,
      version,
      schema: String(db.prepare('SELECT max(name) FROM schema_migrations').pluck().get()),
      made_at: now,
      house: house.name,
      bytes: sizeOf(snapshot, files),
      rows: tableRows(db),
      places: outsidePlaces(places),
    }
    const name = archiveName(house, { now, sealed: passphrase !== null })
    return { content: { manifest, snapshot, files, passphrase }, name, owner: archiveOwner(house) }
  } catch (error) {
    snapshot.close()
    throw error
  }
}

function sizeOf({ bytes }: Snapshot, files: readonly { path: string }[]): number {
  return files.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), bytes)
}

/** The first house of this hub. */
function houseOf(db: Database): NamedHouse {
  const house = db.prepare('SELECT id, name FROM houses ORDER BY created_at, id LIMIT 1').get()
  return (house as NamedHouse | undefined) ?? { id: 'no house', name: 'house' }
}

/** How many rows each table has that is not derived. */
export function tableRows(db: Database): Record<string, number> {
  const tables = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND ${NOT_DERIVED} ORDER BY name`,
    )
    .pluck()
    .all() as string[]
  return Object.fromEntries(
    tables.map((name) => [name, Number(db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())]),
  )
}
