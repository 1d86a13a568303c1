import { LaresError } from '../shared/errors.ts'
import type { Queryable } from './connect.ts'

/**
 * Refuses a person whose e-mail address another one of the same house has: the house would have to. Throws `already_exists`
 * naming both scope and key. Looks at what central manages; what houses have of their own is theirs to refuse.
 */
export async function checkAddress(
  db: Queryable,
  scope: string,
  { key, row }: { key: string; row: Record<string, unknown> },
): Promise<void> {
  const { rows } = await db.query<{ scope: string; row_key: string; site: string | null }>(
    `SELECT r.scope, r.row_key, (SELECT s.name FROM lares.sites s WHERE s.site_id = b.site_id) AS site
     FROM lares.scope_rows r
       LEFT JOIN lares.scope_sites a ON a.scope = $1
       LEFT JOIN lares.scope_sites b ON b.scope = r.scope AND b.site_id = a.site_id
     WHERE r.table_name = 'users' AND NOT r.removed AND lower(r.row ->> 'email') = lower($3)
       AND (r.scope, r.row_key) <> ($1, $2) AND r.row_key <> $2 AND (r.scope = $1 OR b.site_id IS NOT NULL)
     LIMIT 1`,
    [scope, key, row.email],
  )
  const other = rows[0]
  if (other)
    throw new LaresError(
      'already_exists',
      `${String(row.email)} is the address of ${other.row_key} in the scope ${other.scope}`,
      {
        hint: `${other.site === null ? 'A house' : `The house ${other.site}`} would have both. Take one of them out first: lares central remove.`,
      },
    )
}
