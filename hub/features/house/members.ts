import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Conditions } from '../../query/list-query.ts'

/** What somebody may be in a house; each gives rights, see `MEMBER_RIGHTS`. */
export const ROLES = ['owner', 'resident', 'guest'] as const

export const memberLine = z.strictObject({
  name: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  is_present: z.boolean(),
  house: z.string(),
  /** When somebody last knew that the person was there. */
  last_seen: time.nullable(),
  created_at: time,
  id: id,
})

/** People of houses by name, those with an account by its address. */
export function membersOf(db: Database, where: Pick<Conditions, 'sql' | 'values'>, limit: number): { id: string }[] {
  const rows = db
    .prepare(
      'SELECT p.name, u.email, p.role, p.is_present, h.name AS house, p.last_seen, p.created_at, p.id FROM people p ' +
        `JOIN houses h ON h.id = p.house_id LEFT JOIN users u ON u.id = p.user_id WHERE ${where.sql} ORDER BY p.name, p.id LIMIT ?`,
    )
    .all(...where.values, limit) as { id: string; is_present: 0 | 1 }[]
  return rows.map((row) => ({ ...row, is_present: row.is_present === 1 }))
}
