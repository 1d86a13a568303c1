import Sqlite from 'better-sqlite3'

/**
 * Preloaded with `--import`: kills the process, as `kill -9` does, just before the commit of its n-th transaction.
 * LARES_KILL_AT_TRANSACTION is n.
 */
const killAt = Number(process.env.LARES_KILL_AT_TRANSACTION)
let count = 0
const real = Sqlite.prototype.transaction

function transaction(this: Sqlite.Database, run: (...args: unknown[]) => unknown) {
  return real.call(this, (...args: unknown[]) => {
    const result = run(...args)
    count += 1
    if (count === killAt) process.kill(process.pid, 'SIGKILL')
    return result
  })
}
Sqlite.prototype.transaction = transaction as typeof real
