import { execFile } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { asError } from '../../shared/errors.ts'

const run = promisify(execFile)
const PROGRAM_MS = 10_000
const LINES = 300

/** What could not be found out is said in its place: the rest of the bundle is worth as much. */
export interface Unavailable {
  unavailable: string
}

export async function attempt<T>(look: () => T | Promise<T>): Promise<T | Unavailable> {
  try {
    return await look()
  } catch (error) {
    return { unavailable: asError(error).message }
  }
}

export function machineFacts() {
  return {
    system: readFirst(['/etc/os-release', '/usr/lib/os-release'])?.match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1] ?? os.type(),
    kernel: os.release(),
    architecture: os.arch(),
    model: readFirst(['/proc/device-tree/model'])?.replaceAll('\0', '') ?? os.cpus()[0]?.model ?? null,
    processors: os.availableParallelism(),
    memory_mb: { total: Math.round(os.totalmem() / 1e6), free: Math.round(os.freemem() / 1e6) },
    load: os.loadavg(),
    up_s: Math.round(os.uptime()),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

/** Names, sizes and rights of what lies in a folder and one below, never what is in it. */
export function folderFacts(folder: string) {
  const { bsize, blocks, bavail } = statfsSync(folder)
  const entries = (path: string, depth: number): object[] =>
    readdirSync(path).map((name) => {
      const facts = lstatSync(join(path, name))
      const { size, mtimeMs, mode, uid, gid } = facts
      const own = { name, size, changed: Math.round(mtimeMs), mode: (mode & 0o7777).toString(8), uid, gid }
      if (!facts.isDirectory()) return own
      const below = readdirSync(join(path, name))
      return depth > 0 && below.length <= 50
        ? { ...own, entries: entries(join(path, name), depth - 1) }
        : { ...own, count: below.length }
    })
  return {
    folder,
    disk_mb: { total: Math.round((bsize * blocks) / 1e6), free: Math.round((bsize * bavail) / 1e6) },
    entries: entries(folder, 1),
  }
}

/** How systemd sees a unit. Rejects where there is no systemd. */
export async function unitFacts(unit: string): Promise<string[]> {
  const properties = 'LoadState,ActiveState,SubState,Result,NRestarts,ExecMainStatus,ActiveEnterTimestamp'
  const { stdout } = await run('systemctl', ['show', unit, `--property=${properties}`], { timeout: PROGRAM_MS })
  return stdout.trim().split('\n')
}

/** The last lines of a unit in the journal. Rejects where there is no journal, and where it has none of this unit. */
export async function journalOf(unit: string): Promise<string[]> {
  const options = ['--no-pager', '--quiet', '-o', 'cat', '-n', String(LINES), '-u', unit]
  const { stdout } = await run('journalctl', options, { timeout: PROGRAM_MS, maxBuffer: 16 * 1024 * 1024 })
  const lines = stdout.split('\n').filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`the journal has no lines of ${unit}, or this user may not read them`)
  return lines
}

function readFirst(files: string[]): string | null {
  for (const file of files) {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // The next one, then: which of them there is depends on the system.
    }
  }
  return null
}
