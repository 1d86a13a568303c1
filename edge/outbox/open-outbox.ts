import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../shared/clock.ts'
import type { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { migrate } from '../../shared/sqlite/migrate.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { syncFolder } from '../durable-file.ts'
import { outboxFault } from './outbox-fault.ts'

const MIGRATIONS = fileURLToPath(new URL('../../drizzle/edge', import.meta.url))

/** The agent has one thread, and it waits in it. Nobody else has anything to write here. */
const BUSY_MS = 500

export interface OpenedOutbox {
  db: Database
  /** Why the rows are kept in memory only, or `null` when they are on the disk as they should be. */
  memoryFault: LaresError | null
  /** The name under which a damaged file was set aside, or `null`. */
  setAside: string | null
}

/**
 * Opens the agent's database in the data folder. A damaged file is set aside, never deleted, and a new one begun;
 * where the disk takes nothing, rows are kept in memory, because an agent works alone.
 */
export function openOutboxDatabase(folder: string, clock: Clock, log: Log): OpenedOutbox {
  const file = join(folder, 'outbox.db')
  try {
    return { db: openMigrated(file, clock), memoryFault: null, setAside: null }
  } catch (error) {
    if (isCorruption(error)) {
      const setAside = `${file}.damaged-${clock.now()}`
      log.error({ file: setAside }, 'the outbox is damaged; it is set aside and a new one begun')
      for (const suffix of ['', '-wal', '-shm'])
        if (existsSync(file + suffix)) renameSync(file + suffix, setAside + suffix)
      syncFolder(folder)
      return { db: openMigrated(file, clock), memoryFault: null, setAside }
    }
    const fault = outboxFault(error, file)
    if (!fault) throw error
    log.error({ file, reason: fault.message }, 'the outbox cannot be opened; rows are kept in memory and lost at stop')
    return { db: openMigrated(':memory:', clock), memoryFault: fault, setAside: null }
  }
}

function openMigrated(file: string, clock: Clock): Database {
  const db = openDatabase({ file, busyMs: BUSY_MS })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    migrate(db, { folder: MIGRATIONS, now: clock.now() })
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
