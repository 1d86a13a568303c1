import type { Database } from '../../../shared/sqlite/open.ts'

/** What is watched: a statement by what it has in it, and how often a life that nothing disturbs comes to it at least. */
const STATEMENTS: readonly [what: string, text: string, times: number][] = [
  ['the rows', 'INSERT INTO readings (', 250],
  ['entries of the index', 'INSERT INTO reading_index', 3],
  ['a new lane', 'INSERT INTO device_streams', 10],
  ['a lane that rows carried', 'UPDATE device_streams SET last_seq = max', 8],
  ['a reading that is purged', 'DELETE FROM readings WHERE id = ?', 11_000],
  ['entries that were left', 'DELETE FROM reading_index WHERE series_id = ? AND (reading_time', 1],
  ['all entries of a series', 'DELETE FROM reading_index WHERE series_id = ? AND NOT EXISTS', 1],
  ['entries of what is erased', 'DELETE FROM "reading_index" WHERE', 2],
  ['readings of what is erased', 'DELETE FROM "readings" WHERE', 3],
]
/** The same of settings, by the key that is the first of their values. */
const SETTINGS: ReadonlyMap<unknown, readonly [what: string, times: number]> = new Map([
  ['readings_indexed', ['the position of the index', 3]],
  ['lanes_settled', ['the position of the lanes', 6]],
  ['ledger', ['the ledger', 4]],
  ['rollup_1h', ['the position of the rollups', 1]],
] as const)
const COMMIT = 'the commit'

/** What can be watched, with how often each life comes to it at least. */
export const WATCHED: ReadonlyMap<string, number> = new Map([
  ...STATEMENTS.map(([what, , times]) => [what, times] as const),
  ...SETTINGS.values(),
  [COMMIT, 36],
])

/** Has `at` called with `before …` and `after …` around each statement that is prepared from now on and is one of WATCHED. */
export function watchStatements(db: Database, at: (moment: string) => void): void {
  const around = <T>(what: string | undefined, run: () => T): T => {
    if (what === undefined) return run()
    at(`before ${what}`)
    const answer = run()
    at(`after ${what}`)
    return answer
  }
  const { prepare, exec } = db
  db.prepare = function (this: Database, sql: string) {
    const statement = prepare.call(this, sql)
    const what = STATEMENTS.find(([, text]) => sql.includes(text))?.[0]
    if (what === undefined && !sql.startsWith('INSERT INTO hub_settings')) return statement
    for (const name of ['run', 'get', 'all'] as const) {
      const execute = statement[name] as (...values: unknown[]) => unknown
      Object.defineProperty(statement, name, {
        value: (...values: unknown[]) =>
          around(what ?? SETTINGS.get(values[0])?.[0], () => execute.apply(statement, values)),
      })
    }
    return statement
  } as typeof prepare
  db.exec = function (this: Database, sql: string) {
    return around(sql === 'COMMIT' ? COMMIT : undefined, () => exec.call(this, sql))
  }
}
