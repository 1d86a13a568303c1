import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { backupFolder, backupTime, storeFile } from '../store/places.ts'
import { lastScrub } from '../store/scrub-state.ts'
import { type MeasureDisk, measureDisk } from './disk-watch.ts'

/** What a data folder takes of its disk. `null` where that cannot be told. */
export interface StorageFigures {
  [name: string]: number | null
  disk_total_bytes: number | null
  disk_free_bytes: number | null
  database_bytes: number | null
  /** When the newest backup was made. */
  last_backup: number | null
  /** When the whole database was last read through. */
  last_scrub: number | null
}

/** A disk that hangs must not keep the rest of the status. */
const LOOK_MS = 2_000

/**
 * Looks a data folder up on its disk, for two seconds at most. Never rejects: the status is wanted most while something
 * there fails.
 */
export async function storageFigures(
  folder: string,
  { clock, measure = measureDisk }: { clock: Clock; measure?: MeasureDisk },
): Promise<StorageFigures> {
  const late = Promise.withResolvers<null>()
  const cancel = clock.after(LOOK_MS, () => late.resolve(null))
  const soon = <T>(look: Promise<T>): Promise<T | null> => Promise.race([look.catch(() => null), late.promise])
  const [disk, database, backup, scrub] = await Promise.all([
    soon(measure(folder)),
    soon(stat(storeFile(folder))),
    soon(lastBackup(backupFolder(folder))),
    soon(lastScrub(storeFile(folder))),
  ])
  cancel()
  return {
    disk_total_bytes: disk?.totalBytes ?? null,
    disk_free_bytes: disk?.freeBytes ?? null,
    database_bytes: database?.size ?? null,
    last_backup: backup,
    last_scrub: scrub,
  }
}

/** By its file and not by its name, which follows a clock that was ahead. */
async function lastBackup(folder: string): Promise<number | null> {
  const newest = (await readdir(folder))
    .filter((name) => backupTime(name) !== null)
    .sort()
    .at(-1)
  return newest === undefined ? null : Math.round((await stat(join(folder, newest))).mtimeMs)
}
