import type { Database } from '../../shared/sqlite/open.ts'
import { isDiskFault } from '../../shared/sqlite/open.ts'
import type { ResultBody } from '../outbox/bodies.ts'

/** As many as a hub could hold for a device that was away for a week. */
const KEPT = 2_000

/** The commands this agent has taken, in its database, so that none runs twice. */
export interface HandledCommands {
  /** The answer a command was given, or `null` when it was never taken. */
  find(id: string): ResultBody | null
  /** Keeps the id before the command runs. `false` when the disk refuses. */
  begin(id: string, name: string): boolean
  /** Keeps the answer. To be called inside the transaction that puts it into the outbox. */
  finish(result: ResultBody): void
  /** Commands that were begun in an earlier run and never answered. */
  interrupted(): { id: string; name: string }[]
}

export function openHandledCommands(db: Database): HandledCommands {
  const find = db.prepare<[string], { result: string | null }>('SELECT result FROM handled_commands WHERE id = ?')
  const begin = db.prepare<[string, string]>(
    'INSERT INTO handled_commands (id, name, handled_ms) VALUES (?, ?, (SELECT running_ms FROM outbox_state))',
  )
  const finish = db.prepare<[string, string]>('UPDATE handled_commands SET result = ? WHERE id = ?')
  const forget = db.prepare<[number]>(
    'DELETE FROM handled_commands WHERE rowid <= (SELECT max(rowid) FROM handled_commands) - ?',
  )
  const interrupted = db.prepare<[], { id: string; name: string }>(
    'SELECT id, name FROM handled_commands WHERE result IS NULL ORDER BY rowid',
  )
  return {
    find(id) {
      const row = find.get(id)
      if (!row) return null
      if (row.result === null)
        return { id, ok: false, error: { code: 'internal', message: 'the agent stopped while it ran this command' } }
      return JSON.parse(row.result) as ResultBody
    },
    begin(id, name) {
      try {
        begin.run(id, name)
        forget.run(KEPT)
        return true
      } catch (error) {
        if (isDiskFault(error)) return false
        throw error
      }
    },
    finish: (result) => void finish.run(JSON.stringify(result), result.id),
    interrupted: () => interrupted.all(),
  }
}
