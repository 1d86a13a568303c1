import Sqlite from 'better-sqlite3'
import type { RandomBytes } from '../ids.ts'
import { stampAnew } from './log-stamp.ts'
import { makePrivate } from './open.ts'
import { usePageSize } from './page-size.ts'

/** Makes an empty database that has its number before it has a log. `shrinks`: as for `openDatabase`. */
export function makeDatabase(
  file: string,
  { random, shrinks = false }: { random: RandomBytes; shrinks?: boolean },
): void {
  makePrivate(file)
  const db = new Sqlite(file)
  try {
    usePageSize(db)
    if (shrinks) db.pragma('auto_vacuum = INCREMENTAL')
    stampAnew(db, random)
  } finally {
    db.close()
  }
}
