import { homedir } from 'node:os'
import { join } from 'node:path'
import { variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import type { Database } from '../shared/sqlite/open.ts'
import { openDatabase, sqliteCode } from '../shared/sqlite/open.ts'
import { isSystemTrouble, systemTrouble } from '../shared/system-trouble.ts'

/** Where an agent keeps its things when nobody says otherwise: systemd's state folder, else below the home folder. */
export function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  const state = variable('STATE_DIRECTORY', env)?.split(':')[0]
  if (state) return state
  return join(variable('XDG_STATE_HOME', env) ?? join(homedir(), '.local', 'state'), 'lares', 'edge')
}

/**
 * Holds the data folder for one agent until the returned function is called or the process dies, however it dies:
 * the lock is the kernel's, taken through SQLite because Node has none. Throws `already_running`.
 */
export function lockDataFolder(folder: string): () => void {
  const file = join(folder, 'agent.lock')
  const db = opened(file)
  try {
    db.pragma('busy_timeout = 0')
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    db.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY'))
      throw new LaresError('already_running', `another agent uses ${folder}`, {
        hint: 'Stop it (sudo systemctl stop lares-edge), or give this one another folder: --data DIR.',
      })
    throw error
  }
  return () => release(db)
}

function opened(file: string): Database {
  try {
    return openDatabase({ file })
  } catch (error) {
    throw isSystemTrouble(error) ? systemTrouble(error, file) : error
  }
}

function release(db: Database): void {
  if (db.open) db.close()
}
