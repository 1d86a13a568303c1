import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LaresError } from '../shared/errors.ts'
import { readMigrations } from '../shared/sqlite/migrate.ts'
import { asOwner, inTransaction, type Queryable } from './connect.ts'

/** Where the migrations of central lie. */
export const CENTRAL_MIGRATIONS = join(import.meta.dirname, '../drizzle/postgres')

/** Locks the list of migrations for one transaction: two people may migrate at once. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('lares central migrate', 0))"

/**
 * Brings the schema of central up to date: roles, then each migration in one transaction of its own, then coming months.
 * Running it twice changes nothing.
 *
 * Throws `newer_schema` when the database knows a migration that this program does not, `bad_config` when that is one from before
 * migrations were joined, `internal` when one that ran has another text now, and `forbidden` when the role may not make roles and schemas.
 */
export async function migrateCentral(
  db: Queryable,
  folder = CENTRAL_MIGRATIONS,
): Promise<{ applied: string[]; partitions: number }> {
  await inTransaction(db, async () => {
    await db.query(LOCK)
    for (const file of ['prepare.sql', 'list.sql']) await db.query(readFileSync(join(folder, file), 'utf8'))
  })
  const applied: string[] = []
  for (;;) {
    const name = await inTransaction(db, () => applyNext(db, folder))
    if (name === null) break
    applied.push(name)
  }
  const partitions = await inTransaction(db, async () => {
    await db.query('SET LOCAL ROLE lares_owner')
    const { rows } = await db.query<{ made: number }>('SELECT lares.ensure_partitions() AS made')
    return rows[0]?.made ?? 0
  })
  return { applied, partitions }
}

/**
 * Looks whether central is of this program's version before anything is done there. Throws `newer_schema` or `bad_config` with
 * the migration that makes the difference, and what a database throws that was never migrated.
 */
export async function checkCentralVersion(db: Queryable, folder = CENTRAL_MIGRATIONS): Promise<void> {
  const { rows } = await asOwner(db, () => db.query<{ name: string }>('SELECT name FROM lares.schema_migrations'))
  const done = new Set(rows.map(({ name }) => name))
  const known = readMigrations(folder).map(({ name }) => name)
  refuseUnknown([...done], known)
  const missing = known.find((name) => !done.has(name))
  if (missing !== undefined)
    throw new LaresError('bad_config', `central lacks the migration ${missing}: it is older than this version`, {
      hint: 'Run: lares central migrate.',
    })
}

/** What central has and this version does not know is newer, or one of those that were joined into fewer files. */
function refuseUnknown(done: readonly string[], known: readonly string[]): void {
  const unknown = done.filter((name) => !known.includes(name)).sort()
  const [first] = unknown
  if (first === undefined) return
  // A newer version adds its migrations behind those that are there.
  if (first < (known.at(-1) ?? ''))
    throw new LaresError('bad_config', `central has the migration ${first}, from before migrations were joined`, {
      hint: 'It has to be made anew, in an empty database: lares central migrate, then lares central add-site for each house.',
    })
  throw new LaresError('newer_schema', `central has the migration ${first}, which this version does not know`, {
    hint: 'Central was migrated by a newer Lares. Use that version here.',
  })
}

/** Makes the roles and an empty schema, which a dump is restored into. Running it twice changes nothing. */
export async function prepareCentral(db: Queryable, folder = CENTRAL_MIGRATIONS): Promise<void> {
  await inTransaction(db, async () => {
    await db.query(LOCK)
    await db.query(readFileSync(join(folder, 'prepare.sql'), 'utf8'))
  })
}

/** Applies the oldest pending migration, and returns its name, or `null` when there is none. */
async function applyNext(db: Queryable, folder: string): Promise<string | null> {
  const migrations = readMigrations(folder)
  await db.query(LOCK)
  await db.query('SET LOCAL ROLE lares_owner')
  const { rows } = await db.query<{ name: string; hash: string }>('SELECT name, hash FROM lares.schema_migrations')
  const done = new Map(rows.map(({ name, hash }) => [name, hash]))
  const known = migrations.map(({ name }) => name)
  refuseUnknown([...done.keys()], known)
  for (const { name, sql } of migrations) {
    const hash = done.get(name)
    if (hash !== undefined && hash !== digest(sql))
      throw new LaresError('internal', `the migration ${name} was changed after it ran`)
  }
  const next = migrations.find(({ name }) => !done.has(name))
  if (next === undefined) return null
  // Batches that know the former columns end first, and later ones see that they are to ask for them again.
  if (done.size > 0) await db.query('LOCK TABLE lares.sites IN EXCLUSIVE MODE')
  await db.query(next.sql)
  await db.query('INSERT INTO lares.schema_migrations (name, hash) VALUES ($1, $2)', [next.name, digest(next.sql)])
  return next.name
}

function digest(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
