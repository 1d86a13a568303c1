import type { Database } from '../../../shared/sqlite/open.ts'

/** Keeps of answers that are of somebody only that they were given: a request that comes again must not run again. */
export function blankAnswers(db: Database, isOf: (response: string) => boolean): void {
  const kept = db.prepare('SELECT rowid, response FROM request_memory WHERE response IS NOT NULL').all() as {
    rowid: number
    response: string
  }[]
  const blank = db.prepare('UPDATE request_memory SET response = NULL WHERE rowid = ?')
  for (const { rowid, response } of kept) if (isOf(response)) blank.run(rowid)
}
