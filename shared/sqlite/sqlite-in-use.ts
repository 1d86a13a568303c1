import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'

/** Which SQLite stores everything here. */
export interface SqliteInUse {
  /** Such as `3.51.3`; Node brings another one of its own, which Lares does not use. */
  version: string
  /** 1 where `scripts/setup` compiled it with fdatasync, 2 as it comes: docs/decisions/0053. In a log that is used again. */
  flushesPerCommit: 1 | 2
}

/** Looks where the loader of better-sqlite3 looks first. */
export function sqliteInUse(): SqliteInUse {
  const folder = dirname(dirname(createRequire(import.meta.url).resolve('better-sqlite3')))
  const isCompiled = existsSync(join(folder, 'build/Release/better_sqlite3.node'))
  const db = new Sqlite(':memory:')
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get())
  db.close()
  return { version, flushesPerCommit: isCompiled ? 1 : 2 }
}
