import type { PendingErasure } from '../engine/erasure.ts'
import type { Failpoint } from './failpoint.ts'
import { type Postgres, sqlState } from './postgres.ts'
import { checkLease, type Lease } from './upload.ts'

/** Rows in one transaction. */
const MOST = 20_000

export interface ErasedRows {
  rows: number
  /** Nothing is left of it there. */
  done: boolean
  /** Why central does not do it now. */
  refused: string | null
}

/** insufficient_privilege */
const MAY_NOT = '42501'

const WORDS: Readonly<Record<string, string>> = {
  // undefined_function and undefined_table
  42883: 'central is older than this hub: run lares central migrate there',
  [MAY_NOT]: 'central lets no house erase by itself: run lares central erase there',
}

/** Has central remove the next rows of somebody, of every epoch. What Postgres refuses is no reason to send nothing else. */
export async function eraseAtCentral(
  db: Postgres,
  lease: Lease,
  { erasure, at }: { erasure: PendingErasure; at: Failpoint },
): Promise<ErasedRows> {
  const { what, key, pseudonym, reason } = erasure
  await db.begin()
  await at('begun', 'erase')
  await checkLease(db, lease)
  try {
    const [row] = await db.rows('SELECT rows, done FROM lares.erase_from_house($1, $2, $3, $4, $5, $6, $7)', [
      ...[lease.site, lease.token, what, key, pseudonym, reason, MOST],
    ])
    await at('erased', 'erase')
    await db.commit()
    await at('committed', 'erase')
    return { rows: Number(row?.rows ?? 0), done: row?.done === true, refused: null }
  } catch (error) {
    const state = sqlState(error)
    // A connection that broke is no refusal.
    if (state === undefined || state === null || db.broken) throw error
    await db.rollback()
    if (state === MAY_NOT && (await erasedByOthers(db, lease, erasure))) return { rows: 0, done: true, refused: null }
    return { rows: 0, done: false, refused: WORDS[state] ?? (error as Error).message }
  }
}

/** Whether somebody did there what no house may do. */
async function erasedByOthers(db: Postgres, lease: Lease, { what, key }: PendingErasure): Promise<boolean> {
  await db.begin()
  await checkLease(db, lease)
  const [row] = await db.rows('SELECT lares.erased_by_others($1, $2, $3, $4) AS yes', [
    ...[lease.site, lease.token, what, key],
  ])
  await db.commit()
  return row?.yes === true
}
