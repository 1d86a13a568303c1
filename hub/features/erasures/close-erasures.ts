import type { Database } from '../../../shared/sqlite/open.ts'
import type { House } from '../../engine/house.ts'
import { readSyncIdentity } from '../../engine/sync-memory.ts'

/** Whether there is a central, or was one, that may have rows of whom is erased. */
export function hasCentral({ db, central }: Pick<House, 'db' | 'central'>): boolean {
  return central || readSyncIdentity(db).site !== null
}

/** Ends what is neither in a copy, nor in the file, nor at central any more. A house without a central has only its copies. */
export function closeErasures(db: Database, { now, hasCentral }: { now: number; hasCentral: boolean }): void {
  db.prepare(
    "UPDATE erasures SET state = 'done', done_at = @now, pseudonym = NULL WHERE state = 'elsewhere' " +
      'AND copies_renewed_at IS NOT NULL AND forgotten_at IS NOT NULL AND (erased_at_central IS NOT NULL OR NOT @hasCentral)',
  ).run({ now, hasCentral: Number(hasCentral) })
}
