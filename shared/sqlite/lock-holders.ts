import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** A line of /proc/locks: its kind, whose it is, and the file as device (hex) and inode. */
const LINE = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+(READ|WRITE)\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm

interface Lock {
  writes: boolean
  pid: number
  inode: number
}

/**
 * Who else holds a lock on a database or on the index of its log, as `sqlite3 (process 4711)`: those who may write, or those
 * who read where nobody writes. Empty when the kernel does not tell, for a process of another container, or after it let go.
 */
export function lockHolders(file: string): string[] {
  const inodes = new Set([file, `${file}-shm`].map(inodeOf))
  const locks = readLocks().filter(({ pid, inode }) => inodes.has(inode) && pid > 0 && pid !== process.pid)
  const writing = locks.filter(({ writes }) => writes)
  const pids = new Set((writing.length > 0 ? writing : locks).map(({ pid }) => pid))
  return [...pids].map((pid) => `${nameOf(pid)} (process ${pid})`)
}

function readLocks(): Lock[] {
  const text = attempt(() => readFileSync('/proc/locks', 'utf8')) ?? ''
  return [...text.matchAll(LINE)].map(([, kind, pid, , , inode]) => ({
    writes: kind === 'WRITE',
    pid: Number(pid),
    inode: Number(inode),
  }))
}

function inodeOf(file: string): number | null {
  return attempt(() => statSync(file).ino)
}

/** A script is better known by its own name than by its interpreter's. */
function nameOf(pid: number): string {
  const words = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')) ?? []
  const [program, script] = words.map((word) => basename(word))
  if (program && script && /^(python|node|perl|ruby|php)/.test(program)) return `${program} ${script}`
  return program || attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) || 'a program'
}

/** The kernel tells what it likes to whom it likes: `null` when it does not. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null // a process that is gone, or a file system without this
  }
}
