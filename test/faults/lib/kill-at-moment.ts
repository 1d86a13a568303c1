import { createRequire, syncBuiltinESMExports } from 'node:module'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { KillMoment } from './kill-moment.ts'

/**
 * Preloaded with `--import`, in every thread: kills the process, as `kill -9` does, at the first moment that LARES_KILL_MOMENT
 * describes. What was not committed then is as if it had never been.
 */
const moment = JSON.parse(process.env.LARES_KILL_MOMENT ?? '{}') as KillMoment
const die = () => process.kill(process.pid, 'SIGKILL')
const isIt = (text: unknown) => String(text).includes(moment.text)

const dyingBefore = {
  sqlite() {
    const prepare = Sqlite.prototype.prepare
    Sqlite.prototype.prepare = function (this: Sqlite.Database, sql: string) {
      const statement = prepare.call(this, sql)
      if (isIt(sql))
        for (const name of ['run', 'get', 'all', 'iterate']) Object.defineProperty(statement, name, { value: die })
      return statement
    } as typeof prepare
  },
  files() {
    const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs')
    const { rmSync, renameSync } = fs
    const { rm } = fs.promises
    if (moment.when !== undefined) {
      fs.renameSync = (from, to) => {
        if (isIt(to) && moment.when === 'before') die()
        renameSync(from, to)
        if (isIt(to)) die()
      }
      syncBuiltinESMExports()
      return
    }
    fs.rmSync = (path, options) => (isIt(path) ? void die() : rmSync(path, options))
    fs.promises.rm = async (path, options) => (isIt(path) ? void die() : rm(path, options))
    syncBuiltinESMExports()
  },
  central() {
    const query = pg.Client.prototype.query as (...given: unknown[]) => unknown
    let met = false
    const watched = async (client: pg.Client, given: unknown[]) => {
      const [text] = given
      met ||= isIt(text)
      if (isIt(text) && moment.when === 'before') die()
      const answer = await query.apply(client, given)
      if (isIt(text) && moment.when === 'after') die()
      if (met && text === 'COMMIT' && moment.when === 'committed') die()
      return answer
    }
    pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
      return typeof given[0] === 'string' ? watched(this, given) : query.apply(this, given)
    } as typeof pg.Client.prototype.query
  },
}

if (moment.in) dyingBefore[moment.in]()
