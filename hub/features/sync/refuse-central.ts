import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

/** Throws `centrally_managed` when the row is not this house's to change. Call before the first write of a command. */
export function refuseCentral(db: Database, table: string, key: string): void {
  const row = db.prepare(`SELECT managed_by, scope FROM "${table}" WHERE id = ?`).get(key) as
    | { managed_by: string; scope: string | null }
    | undefined
  if (row?.managed_by !== 'central') return
  throw new LaresError('centrally_managed', `${key} in ${table} is managed by central`, {
    hint: `Change it there: lares central put ${row.scope ?? 'SCOPE'} ${table} FILE.`,
  })
}
