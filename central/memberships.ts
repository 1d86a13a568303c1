import { asOwner, inTransaction, type Queryable } from './connect.ts'
import { isRefusal, joinGroup } from './logins.ts'

/** What became of the logins that are written down as granted. */
export interface Memberships {
  /** Logins that were put back into their group. */
  joined: string[]
  /** Logins that this server does not have. Sites by their names: they need a new line, and so do people. */
  missing: { sites: string[]; people: string[] }
  /** Logins that are in no group, and whose administrator is somebody else. */
  refused: string[]
}

interface Granted {
  role: string
  kind: 'site' | 'person'
  site: string
  there: boolean
  isMember: boolean
}

/**
 * Puts logins back into their groups. Memberships belong to the server and not to the database: a dump does not hold them, and
 * roles that are moved from PostgreSQL 15 to a newer one lose those whose grantor may not grant there. Running it twice is safe.
 */
export async function restoreMemberships(db: Queryable): Promise<Memberships> {
  const granted = await asOwner(db, async () => {
    const { rows } = await db.query<Granted>(
      `SELECT g.grantee AS role, g.kind, min(s.name) AS site, r.oid IS NOT NULL AS there,
         EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid AND m.roleid =
           (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = 'lares_' || g.kind)) AS "isMember"
       FROM lares.site_grants g JOIN lares.sites s USING (site_id) LEFT JOIN pg_catalog.pg_roles r ON r.rolname = g.grantee
       GROUP BY g.grantee, g.kind, r.oid ORDER BY 1`,
    )
    return rows
  })
  const done: Memberships = { joined: [], missing: { sites: [], people: [] }, refused: [] }
  for (const { role, kind, site, there, isMember } of granted) {
    if (isMember) continue
    if (!there) {
      if (kind === 'site') done.missing.sites.push(site)
      else done.missing.people.push(role)
      continue
    }
    try {
      await inTransaction(db, () => joinGroup(db, role, `lares_${kind}`))
      done.joined.push(role)
    } catch (error) {
      if (!isRefusal(error)) throw error
      done.refused.push(role)
    }
  }
  return done
}

/** What somebody has to do after it; empty when there is nothing. */
export function membershipWords({ joined, missing, refused }: Memberships): string {
  const lines = [
    joined.length > 0 ? `back in their groups: ${joined.join(', ')}` : '',
    ...missing.sites.map(
      (site) => `${site} has no login on this server: lares central rotate-site ${JSON.stringify(site)}`,
    ),
    ...missing.people.map((role) => `${role} has no login on this server: lares central grant-person ${role} SITE`),
    ...refused.map(
      (role) => `${role} is in no group, and only who made it may change that; let a superuser run migrate`,
    ),
  ]
  return lines
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('')
}
