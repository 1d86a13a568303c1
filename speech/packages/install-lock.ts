import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { LaresError } from '../../shared/errors.ts'

/**
 * Lets one process at a time change a folder. What was left by one that is gone is taken over. Returns what gives it back; throws
 * `busy` while another one has it.
 */
export function takeInstallLock(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  const holder = holderOf(file)
  if (holder !== null)
    throw new LaresError('busy', `process ${holder} installs there already`, {
      hint: 'Wait until it has ended, and look: lares voice list.',
    })
  rmSync(file, { force: true })
  const fd = openSync(file, 'wx', 0o644)
  writeSync(fd, String(process.pid))
  closeSync(fd)
  return () => rmSync(file, { force: true })
}

/** The process that has it, where it lives. */
function holderOf(file: string): number | null {
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return null
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null
  }
}
