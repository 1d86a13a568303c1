import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { readArchiveName } from '../../archive/archive-name.ts'
import { type KnownArchive, placeRecord } from './place-book.ts'
import { placesOf } from './places-known.ts'

type PlacedArchive = KnownArchive & { place: string }

/** Backups at a place, or at all, place by place. */
export function archivesAt(db: Database, wanted: string | undefined): PlacedArchive[] {
  return placesOf(db)
    .filter((place) => wanted === undefined || place === wanted)
    .flatMap((place) => (placeRecord(db, place)?.archives ?? []).map((archive) => ({ place, ...archive })))
}

/**
 * A backup by its name: at the first place that has it. Throws `not_found`. A name that no hub gives is none, whatever a row says: it becomes
 * part of a path and a word of a command.
 */
export function archiveNamed(
  db: Database,
  { name, place }: { name: string; place?: string | undefined },
): PlacedArchive {
  const found = archivesAt(db, place).find((one) => one.name === name && readArchiveName(name) !== null)
  if (found) return found
  throw new LaresError('not_found', `no place has a backup ${name}`, { hint: 'lares backups list shows them.' })
}
