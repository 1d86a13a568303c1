import type { ErasedSubject } from '../engine/erasure.ts'
import type { Postgres } from './postgres.ts'

/** What this house had erased at central, ever: a database that is put back to before it does not know. */
export async function readErasedThere(db: Postgres, site: string): Promise<ErasedSubject[]> {
  const [there] = await db.rows("SELECT to_regproc('lares.erased_from_house') IS NOT NULL AS yes")
  // A central of before knows of none.
  if (there?.yes !== true) return []
  const rows = await db.rows('SELECT what, key, reason FROM lares.erased_from_house($1)', [site])
  return rows.map((row) => ({
    what: row.what === 'user' ? 'user' : 'device',
    key: String(row.key),
    reason: String(row.reason),
  }))
}
