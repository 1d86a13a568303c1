import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LaresError } from '../errors.ts'
import type { Database } from './open.ts'

export interface Migration {
  /** File name without `.sql`; starts with four digits that give the order. */
  name: string
  sql: string
}

export interface MigrateOptions {
  folder: string
  now: number
  /**
   * Called once before the first pending migration when the database has tables already. Throw to stop. `inPlace`: none of them
   * writes the rows of a large table anew, or reads what it could lose.
   */
  before?: (pending: string[], inPlace: boolean) => void
}

/** How a migration that is written by hand says so. */
const IN_PLACE = /^-- Written by hand\. In place:/
const FILE = /^\d{4}_[a-z0-9_-]+\.sql$/

/** The migrations of a folder, in order. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((file) => FILE.test(file))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), sql: readFileSync(join(folder, file), 'utf8') }))
}

/**
 * Brings the schema up to date, each migration in one transaction of its own. Running it twice changes nothing.
 *
 * Throws `newer_schema` when the database knows a migration that this program does not: an older program must not
 * write into a newer schema. Throws `internal` when a migration that ran has another text now.
 */
export function migrate(db: Database, options: MigrateOptions): { applied: string[] } {
  const migrations = readMigrations(options.folder)
  const fresh = db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get() === 0
  db.exec(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  )
  const done = appliedTo(db, migrations)
  const pending = migrations.filter((migration) => {
    const hash = done.get(migration.name)
    if (hash !== undefined && hash !== digest(migration.sql))
      throw new LaresError('internal', `the migration ${migration.name} was changed after it ran`)
    return hash === undefined
  })
  const names = pending.map((migration) => migration.name)
  if (pending.length > 0 && !fresh)
    options.before?.(
      names,
      pending.every(({ sql }) => IN_PLACE.test(sql)),
    )
  for (const migration of pending) applyOne(db, migration, options.now)
  return { applied: names }
}

/** Throws `newer_schema` when the database knows a migration that is not in the folder. It must have been migrated before. */
export function refuseNewer(db: Database, folder: string): void {
  appliedTo(db, readMigrations(folder))
}

function appliedTo(db: Database, migrations: Migration[]): Map<string, string> {
  const done = new Map(db.prepare('SELECT name, hash FROM schema_migrations').raw().all() as [string, string][])
  for (const name of done.keys()) {
    if (!migrations.some((migration) => migration.name === name))
      throw new LaresError('newer_schema', `the database has the migration ${name}, which this version does not know`)
  }
  return done
}

function applyOne(db: Database, migration: Migration, now: number): void {
  db.transaction(() => {
    execute(db, migration.sql)
    db.prepare('INSERT INTO schema_migrations (name, hash, applied_at) VALUES (?, ?, ?)').run(
      migration.name,
      digest(migration.sql),
      now,
    )
    const broken = db.pragma('foreign_key_check') as unknown[]
    if (broken.length > 0)
      throw new LaresError(
        'internal',
        `the migration ${migration.name} leaves ${broken.length} rows without their parent`,
      )
  }).immediate()
}

/** The text of a table may be changed by a migration alone: nothing else may write the schema as if it were rows. */
function execute(db: Database, sql: string): void {
  const writesSchema = sql.includes('writable_schema')
  if (writesSchema) db.unsafeMode(true)
  try {
    db.exec(sql)
  } finally {
    if (writesSchema) db.unsafeMode(false)
  }
}

function digest(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
