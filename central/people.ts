import { LaresError } from '../shared/errors.ts'
import { shellWord } from '../shared/shell-word.ts'
import { asOwner, inTransaction, type Queryable } from './connect.ts'
import { createLogin, endConnections, isInGroup, joinGroup, leaveGroup, loginExists, newPassword } from './logins.ts'
import { type NewLogin, siteNamed } from './sites.ts'

/** What a login may read, for one who named something else. In a transaction of lares_owner. */
async function grantedTo(db: Queryable, role: string): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT s.name FROM lares.site_grants g JOIN lares.sites s USING (site_id)
     WHERE g.grantee = $1 AND g.kind = 'person' ORDER BY s.name`,
    [role],
  )
  if (rows.length > 0) return `It may read ${rows.map(({ name }) => name).join(', ')}.`
  return `It may read no site. Let it read one: lares central grant-person ${shellWord(role)} SITE.`
}

/**
 * Lets a person's login read a site. Makes the login when the server has none of that name and returns its password then;
 * `null` when it was there. Doing it again is safe.
 */
export async function grantPerson(db: Queryable, role: string, siteName: string): Promise<NewLogin | null> {
  // Postgres cuts longer names off, keeps pg_ for itself, and we keep lares_.
  if (!/^[a-z_][a-z0-9_.-]{0,62}$/.test(role) || /^(?:pg|lares)_/.test(role))
    throw new LaresError('bad_params', `a person's login cannot be named ${JSON.stringify(role)}`, {
      hint: 'Use a lower-case letter and then letters, digits, dot, hyphen and underscore; not lares_… or pg_….',
    })
  const { site_id } = await siteNamed(db, siteName)
  const password = newPassword()
  return inTransaction(db, async () => {
    const there = await loginExists(db, role)
    if (there) await joinGroup(db, role, 'lares_person')
    else await createLogin(db, role, password, 'lares_person')
    await db.query('SET LOCAL ROLE lares_owner')
    await db.query(
      "INSERT INTO lares.site_grants (grantee, site_id, kind) VALUES ($1, $2, 'person') ON CONFLICT DO NOTHING",
      [role, site_id],
    )
    return there ? null : { role, password }
  })
}

/** Takes a site away from a person's login; with the last one goes its place among the people. The login itself stays. */
export async function revokePerson(db: Queryable, role: string, siteName: string): Promise<{ left: number }> {
  const { site_id } = await siteNamed(db, siteName)
  const left = await asOwner(db, async () => {
    const { rowCount } = await db.query(
      "DELETE FROM lares.site_grants WHERE grantee = $1 AND site_id = $2 AND kind = 'person'",
      [role, site_id],
    )
    if (rowCount === 0)
      throw new LaresError('not_found', `${role} was not granted the site ${siteName}`, {
        hint: await grantedTo(db, role),
      })
    return (await db.query('SELECT FROM lares.site_grants WHERE grantee = $1', [role])).rows.length
  })
  if (left === 0 && (await loginExists(db, role)) && (await isInGroup(db, role, 'lares_person'))) {
    await inTransaction(db, () => leaveGroup(db, role, 'lares_person'))
    await endConnections(db, role)
  }
  return { left }
}
