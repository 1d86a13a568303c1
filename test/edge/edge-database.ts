import { fileURLToPath } from 'node:url'
import { migrate } from '../../shared/sqlite/migrate.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'

/** The agent's database in memory, empty. */
export function emptyEdgeDatabase(): Database {
  const db = openDatabase({ file: ':memory:' })
  migrate(db, { folder: fileURLToPath(new URL('../../drizzle/edge', import.meta.url)), now: 0 })
  return db
}
