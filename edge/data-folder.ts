import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { LaresError } from '../shared/errors.ts'
import type { Database } from '../shared/sqlite/open.ts'
import { openDatabase, sqliteCode } from '../shared/sqlite/open.ts'

/** Where an agent keeps its things when nobody says otherwise: systemd's state folder, else below the home folder. */
export function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  const state = env.STATE_DIRECTORY?.split(':')[0]
  if (state) return state
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'lares', 'edge')
}

/** Makes the folder when it is missing, readable by its owner alone. Throws `bad_config` when that is impossible. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new LaresError('bad_config', `cannot make the data folder ${folder}`, {
      cause,
      hint: 'Name another one with --data, or make it and give it to the user that runs the agent.',
    })
  }
}

/**
 * Holds the data folder for one agent until the returned function is called or the process dies, however it dies:
 * the lock is the kernel's, taken through SQLite because Node has none. Throws `already_running`.
 */
export function lockDataFolder(folder: string): () => void {
  const db = openDatabase({ file: join(folder, 'agent.lock') })
  try {
    db.pragma('busy_timeout = 0')
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    db.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY'))
      throw new LaresError('already_running', `another agent uses ${folder}`)
    throw error
  }
  return () => release(db)
}

function release(db: Database): void {
  if (db.open) db.close()
}
