import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'lares-tests-'
/** With the process whose run of tests it belongs to. */
const OWNED = new RegExp(`^${NAME}(\\d+)-`)

/** Makes a folder of a run of tests, which is known by the process. Returns its path. */
export function makeRunFolder(parent: string, pid: number = process.pid): string {
  const folder = mkdtempSync(join(parent, `${NAME}${pid}-`))
  // Some tests are another user, who must be able to pass.
  chmodSync(folder, 0o755)
  return folder
}

/** Removes the folders of this user's runs that were killed: nobody else does, and in memory one takes hundreds of megabytes. */
export function removeLeftFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = OWNED.exec(name)?.[1]
    if (owner === undefined || isAlive(Number(owner))) continue
    const folder = join(parent, name)
    // Another run may just have removed it.
    const isOurs = statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.()
    if (isOurs) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's is alive, and may not be signalled.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
