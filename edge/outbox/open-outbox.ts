import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../shared/clock.ts'
import type { LaresError } from '../../shared/errors.ts'
import { systemRandom } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { isFresh, setForeignLogAside } from '../../shared/sqlite/foreign-log.ts'
import { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import { makeDatabase } from '../../shared/sqlite/make-database.ts'
import { migrate } from '../../shared/sqlite/migrate.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { openingFault } from './outbox-fault.ts'
import type { SetAside } from './set-aside.ts'
import { lyingAside } from './set-aside.ts'

const MIGRATIONS = fileURLToPath(new URL('../../drizzle/edge', import.meta.url))

/** The agent has one thread, and it waits in it. Nobody else has anything to write here. */
const BUSY_MS = 500

export interface OpenedOutbox {
  db: Database
  /** To be written into transactions, so that the log is known as this file's; `null` in memory, where there is no log. */
  stamp: LogStamp | null
  /** Why the rows are kept in memory only, or `null` when they are on the disk as they should be. */
  memoryFault: LaresError | null
  /** What was set aside at this start. */
  setAside: SetAside[]
  /** What lies in the folder, set aside now or earlier: a matter for a person until it is gone. */
  aside: SetAside[]
}

/**
 * Opens the agent's database in the data folder. A damaged file is set aside, never deleted, and a new one begun, as is a
 * log that is not the file's own; where the disk takes nothing, rows are kept in memory, because an agent works alone.
 */
export function openOutboxDatabase(folder: string, clock: Clock, log: Log): OpenedOutbox {
  const opened = openOrSetAside(folder, clock, log)
  return { ...opened, aside: lyingAside(folder) }
}

function openOrSetAside(folder: string, clock: Clock, log: Log): Omit<OpenedOutbox, 'aside'> {
  const file = join(folder, 'outbox.db')
  const setAside: SetAside[] = []
  try {
    const foreign = setForeignLogAside(file, clock.now())
    if (foreign !== null) {
      setAside.push({ what: 'log', file: foreign })
      log.error({ file: foreign }, 'the write-ahead log is not of this outbox; it is set aside and the outbox opened')
    }
    return { ...openFile(file, clock), memoryFault: null, setAside }
  } catch (error) {
    if (isCorruption(error)) {
      const aside = `${file}.damaged-${clock.now()}`
      log.error({ file: aside }, 'the outbox is damaged; it is set aside and a new one begun')
      for (const suffix of ['', '-wal', '-shm'])
        if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
      syncFolder(folder)
      return { ...openFile(file, clock), memoryFault: null, setAside: [...setAside, { what: 'outbox', file: aside }] }
    }
    const fault = openingFault(error, file)
    if (!fault) throw error
    log.error({ file, reason: fault.message }, 'the outbox cannot be opened; rows are kept in memory and lost at stop')
    return { db: openMigrated(':memory:', clock), stamp: null, memoryFault: fault, setAside }
  }
}

function openFile(file: string, clock: Clock): Pick<OpenedOutbox, 'db' | 'stamp'> {
  if (isFresh(file)) makeDatabase(file, { random: systemRandom })
  const db = openMigrated(file, clock)
  // Moved into the file by `OutboxFile`, which stamps the log that begins then.
  db.pragma('wal_autocheckpoint = 0')
  return { db, stamp: new LogStamp(db, systemRandom) }
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
