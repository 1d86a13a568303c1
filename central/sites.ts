import { randomBytes } from 'node:crypto'
import { LaresError } from '../shared/errors.ts'
import { nearestName } from '../shared/nearest-name.ts'
import { shellWord } from '../shared/shell-word.ts'
import { asOwner, inTransaction, type Queryable } from './connect.ts'
import { eraseRows } from './erase.ts'
import {
  changePassword,
  closeLogin,
  createLogin,
  endConnections,
  joinGroup,
  loginExists,
  newPassword,
} from './logins.ts'
import { refuseClash } from './unique-keys.ts'

/** The scope of rows that every site gets. */
export const FLEET = 'fleet'

/** The scope of rows that only this site gets. */
export function scopeOfSite(name: string): string {
  return `site:${name}`
}

export interface Site {
  site_id: string
  name: string
  epoch: number
  seen_at: Date | null
  removed_at: Date | null
  /** The login of its hub; `null` when it was removed. */
  role: string | null
}

export interface SiteSummary extends Site {
  hub_version: string | null
  streams: number
  rows: number
  /** Keys of older rows that a hub still has to send in streams it has opened. */
  backfill: number
  last_batch_at: Date | null
  quarantined: number
}

export interface NewLogin {
  role: string
  password: string
}

const NAME_LENGTH = 60

/** Makes a site, its login, and its two scopes, all or nothing. The password exists nowhere else. */
export async function addSite(db: Queryable, name: string): Promise<NewLogin & { site_id: string }> {
  checkName(name)
  const role = roleOf(name)
  const password = newPassword()
  return inTransaction(db, async () => {
    await db.query('SET LOCAL ROLE lares_owner')
    const { rows } = await db.query<{ site_id: string }>(
      'INSERT INTO lares.sites (name) VALUES ($1) ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING RETURNING site_id',
      [name],
    )
    const site = rows[0]
    if (site === undefined)
      throw new LaresError('already_exists', `there is a site ${name} already`, {
        hint: 'Choose another name. For a new card of the same house: lares central rotate-site.',
      })
    await db.query("INSERT INTO lares.site_grants (grantee, site_id, kind) VALUES ($1, $2, 'site')", [
      role,
      site.site_id,
    ])
    for (const scope of [scopeOfSite(name), FLEET]) {
      await db.query('INSERT INTO lares.scopes (scope) VALUES ($1) ON CONFLICT DO NOTHING', [scope])
      await db.query('INSERT INTO lares.scope_sites (scope, site_id) VALUES ($1, $2)', [scope, site.site_id])
    }
    await refuseClash(db, { scope: scopeOfSite(name) })
    await db.query('SET LOCAL ROLE NONE')
    await createLogin(db, role, password, 'lares_site')
    return { site_id: site.site_id, role, password }
  })
}

/**
 * The site of a name or id. Of several that had the name, the present one, or the one that was removed last; another is found
 * by its id. Throws `not_found` when there is no such site.
 */
export async function siteNamed(db: Queryable, name: string): Promise<Site> {
  const { rows } = await asOwner(db, () =>
    db.query<Site>(
      `SELECT s.site_id, s.name, s.epoch, s.seen_at, s.removed_at,
        (SELECT g.grantee FROM lares.site_grants g WHERE g.site_id = s.site_id AND g.kind = 'site') AS role
       FROM lares.sites s WHERE s.name = $1 OR s.site_id::text = $1
       ORDER BY s.removed_at DESC NULLS FIRST LIMIT 1`,
      [name],
    ),
  )
  const site = rows[0]
  if (site === undefined)
    throw new LaresError('not_found', `central has no site ${name}`, { hint: await nearestSite(db, name) })
  return site
}

async function nearestSite(db: Queryable, name: string): Promise<string> {
  const { rows } = await asOwner(db, () =>
    db.query<{ name: string }>('SELECT name FROM lares.sites ORDER BY removed_at NULLS FIRST, name LIMIT 1000'),
  )
  const names = rows.map((site) => site.name)
  // Capitals are forgotten more often than letters are mistaken.
  const same = names.find((known) => known.toLowerCase() === name.toLowerCase())
  const nearest = same ?? nearestName(name, names)
  const see = 'See lares central list-sites.'
  return nearest === null ? see : `Did you mean ${nearest}? ${see}`
}

/** Every site with what it has sent, by name. Numbers of rows are those of its present epoch. */
export async function listSites(db: Queryable): Promise<SiteSummary[]> {
  const { rows } = await asOwner(db, () =>
    db.query<SiteSummary>(
      `SELECT s.site_id, s.name, s.epoch, s.seen_at, s.removed_at, s.hub_version, g.grantee AS role,
        coalesce(c.streams, 0)::integer AS streams, coalesce(c.rows, 0)::float8 AS rows,
        coalesce(c.backfill, 0)::float8 AS backfill, c.last_batch_at, coalesce(q.rows, 0)::integer AS quarantined
       FROM lares.sites s
       LEFT JOIN lares.site_grants g ON g.site_id = s.site_id AND g.kind = 'site'
       LEFT JOIN LATERAL (SELECT count(*) AS streams, sum(k.rows) AS rows, max(k.updated_at) AS last_batch_at,
           sum(greatest(k.upto - k.position, 0)) AS backfill
         FROM lares.sync_cursors k WHERE k.site_id = s.site_id AND k.epoch = s.epoch) c ON true
       LEFT JOIN LATERAL (SELECT count(*) AS rows FROM lares.sync_quarantine u
         WHERE u.site_id = s.site_id AND u.resolved_at IS NULL) q ON true
       ORDER BY s.name`,
    ),
  )
  return rows
}

/** Gives a site's login a new password and ends the connections made with the old one. */
export async function rotateSite(db: Queryable, name: string): Promise<NewLogin & { ended: number | null }> {
  const { role, removed_at } = await siteNamed(db, name)
  if (role === null || removed_at !== null)
    throw new LaresError('not_found', `the site ${name} was removed and has no login`, {
      hint: `Add it anew, also with the same name: lares central add-site ${shellWord(name)}.`,
    })
  const password = newPassword()
  await inTransaction(db, async () => {
    // A server that a dump was restored into has none of the logins; one that was moved may have lost its memberships.
    if (!(await loginExists(db, role))) return createLogin(db, role, password, 'lares_site')
    await changePassword(db, role, password)
    await joinGroup(db, role, 'lares_site')
  })
  return { role, password, ended: await endConnections(db, role) }
}

/**
 * Shuts a site out: its login is closed, its connections are ended, its grants go. Its rows stay and people who were granted
 * the site still read them, unless `erase` says otherwise. Doing it again is safe.
 */
export async function removeSite(
  db: Queryable,
  name: string,
  options: { erase: boolean; reason?: string },
): Promise<{ ended: number | null; erased: number | null; removed_before: Date | null }> {
  const site = await siteNamed(db, name)
  const { site_id, role, removed_at: removed_before } = site
  let ended: number | null = 0
  if (role !== null) {
    await inTransaction(db, async () => {
      if (await loginExists(db, role)) await closeLogin(db, role, 'lares_site')
      await db.query('SET LOCAL ROLE lares_owner')
      await db.query("DELETE FROM lares.site_grants WHERE site_id = $1 AND kind = 'site'", [site_id])
      await db.query('DELETE FROM lares.scope_sites WHERE site_id = $1', [site_id])
      await db.query(
        'UPDATE lares.sites SET removed_at = coalesce(removed_at, now()), lease = NULL WHERE site_id = $1',
        [site_id],
      )
      // Another site may have the name tomorrow, and must not get what was meant for this one.
      for (const table of ['scopes', 'scope_rows', 'scope_states'])
        await db.query(`UPDATE lares.${table} SET scope = $2 WHERE scope = $1`, [
          scopeOfSite(site.name),
          scopeOfSite(site_id),
        ])
    })
    ended = await endConnections(db, role)
  }
  if (!options.erase) return { ended, erased: null, removed_before }
  const erased = await eraseRows(db, {
    site_id,
    what: 'site',
    key: site_id,
    reason: options.reason ?? 'the site was removed',
  })
  await asOwner(db, async () => {
    await db.query('DELETE FROM lares.site_grants WHERE site_id = $1', [site_id])
    for (const table of ['scope_rows', 'scopes'])
      await db.query(`DELETE FROM lares.${table} WHERE scope = $1`, [scopeOfSite(site_id)])
  })
  return { ended, erased, removed_before }
}

function checkName(name: string): void {
  const length = [...name].length
  const wrong =
    length > NAME_LENGTH
      ? `${length} characters are ${length - NAME_LENGTH} too many`
      : name.trim() === ''
        ? 'it is empty'
        : name !== name.trim()
          ? 'it begins or ends with a space'
          : /\p{C}/u.test(name)
            ? 'it holds a character that cannot be seen'
            : null
  if (wrong !== null)
    throw new LaresError('bad_params', `a site cannot be named ${JSON.stringify(name)}: ${wrong}`, {
      hint: `Use 1 to ${NAME_LENGTH} printable characters, in quotes where there is a space among them.`,
    })
}

/** A readable name with a random tail: logins belong to the whole server, where another database may have the same site. */
function roleOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 30)
  return ['lares_site', slug, randomBytes(4).toString('hex')].filter((part) => part !== '').join('_')
}
