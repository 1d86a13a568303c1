import type { Context } from '../../engine/context.ts'
import type { House } from '../../engine/house.ts'
import { closeErasures, hasCentral } from './close-erasures.ts'

/** Copies that could not be renewed are asked for again after this. */
const AGAIN_MS = 600_000

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Every copy that the hub keeps of its database was made after this. */
    copies_renewed: { since: number }
  }
  interface EffectKinds {
    /** Make a backup, and remove what was copied before. */
    renew_copies: { since: number }
  }
}

/**
 * Has the copies of the database made anew, without what was removed. Central is asked meanwhile, and the file forgets: a copy
 * has no free pages, so it waits for neither.
 */
export class CopiesRenewal {
  #house: Pick<House, 'db' | 'central'>
  #askedAt: number | null = null

  constructor(house: Pick<House, 'db' | 'central'>) {
    this.#house = house
  }

  /** Something else was removed: the copies under way may still have it. */
  askAnew(): void {
    this.#askedAt = null
  }

  /** The front makes a backup and says so; a hub that ended meanwhile asks for it again. */
  tick(context: Context): void {
    const newest = this.#house.db
      .prepare("SELECT max(removed_at) FROM erasures WHERE state = 'elsewhere' AND copies_renewed_at IS NULL")
      .pluck()
    const since = newest.get() as number | null
    if (since === null) return
    if (this.#askedAt !== null && Math.abs(context.now - this.#askedAt) < AGAIN_MS) return
    context.effect({ kind: 'renew_copies', since })
    context.committed(() => {
      this.#askedAt = context.now
    })
  }

  /** Every copy was made after `since`. */
  renewed({ db, now }: Context, since: number): void {
    db.prepare(
      "UPDATE erasures SET copies_renewed_at = ? WHERE state = 'elsewhere' AND copies_renewed_at IS NULL AND removed_at <= ?",
    ).run(now, since)
    closeErasures(db, { now, hasCentral: hasCentral(this.#house) })
  }
}
