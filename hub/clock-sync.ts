import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** systemd-timesyncd makes this file at its first synchronisation. */
const TIMESYNC = '/run/systemd/timesync/synchronized'

/** Whether this machine's wall clock follows a time source; `null` where nobody can tell. */
export async function clockSynced(): Promise<boolean | null> {
  if (existsSync(TIMESYNC)) return true
  try {
    const { stdout } = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: 3_000 })
    return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : null
  } catch {
    return null // no timedatectl or no systemd: nobody can tell
  }
}
