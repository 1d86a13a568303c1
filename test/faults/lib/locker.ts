import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { within } from './fleet.ts'

const SQLITE = new URL('../../../node_modules/better-sqlite3/lib/index.js', import.meta.url).href
const START_MS = 60_000

/** Another program that holds a lock on a database. Ending it lets go. */
export interface Locker {
  pid: number
  letGo(): Promise<void>
}

/** Starts a program that opens the database, does `begin`, and keeps what that locks. */
export async function startLocker(file: string, begin: string): Promise<Locker> {
  const program = `
    import Sqlite from '${SQLITE}'
    const db = new Sqlite('${file}', { timeout: 60_000 })
    db.exec("${begin}")
    console.log('locked')
    setInterval(() => {}, 1_000)
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await within(START_MS, once(child.stdout, 'data'))
  return {
    pid: child.pid ?? 0,
    async letGo() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
