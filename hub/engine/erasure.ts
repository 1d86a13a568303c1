import type { Database } from '../../shared/sqlite/open.ts'
import type { ErasedKind } from '../store/erasure-plan.ts'

/** What is to be forgotten, as both sides call it. */
export interface ErasedSubject {
  what: ErasedKind
  key: string
  reason: string
}

/** An erasure that is done here, and that central is to do. */
export interface PendingErasure extends ErasedSubject {
  id: string
  pseudonym: string
}

export interface ErasureStep {
  id: string
  /** Rows that went at central. */
  rows: number
  /** Nothing is left of it there. */
  done: boolean
  /** Why central does not do it now. */
  refused: string | null
}

/** What the upload must know: whether rows of somebody are still being removed, and what central is to be told. */
export function readErasures(db: Database): { removing: boolean; pending: PendingErasure[] } {
  const removing = db.prepare("SELECT 1 FROM erasures WHERE state IN ('events', 'rows')").get() !== undefined
  const pending = db
    .prepare(
      "SELECT id, what, key, reason, coalesce(pseudonym, 'erased') AS pseudonym FROM erasures WHERE state = 'elsewhere' AND erased_at_central IS NULL AND refused IS NULL ORDER BY requested_at, id",
    )
    .all() as PendingErasure[]
  return { removing, pending }
}

/** What stands in the place of a user who is erased, or is being erased; `null` for every other. */
export function pseudonymOfUser(db: Database, user: string): string | null {
  const row = db
    .prepare("SELECT coalesce(pseudonym, 'erased') FROM erasures WHERE what = 'user' AND key = ?")
    .pluck()
    .get(user) as string | undefined
  return row ?? null
}
