import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk that is really full when it is filled: a tmpfs of its own. */
export interface SmallDisk {
  folder: string
  /** All of it, but for this many bytes. Default 0. */
  fill(leave?: number): void
  makeRoom(): void
  /** Makes it read-only, or writable again. */
  remount(how: 'ro' | 'rw'): void
  remove(): void
}

/** Makes one that the servers of tests may write to, or says why it cannot. */
export function smallDisk(megabytes: number): SmallDisk | string {
  if (process.getuid?.() !== 0) return 'only root can mount a small disk'
  const folder = mkdtempSync(join(tmpdir(), 'lares-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    return `no small disk can be mounted here: ${String(error).split('\n')[0]}`
  }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  chownSync(folder, id('-u'), id('-g'))
  const filler = join(folder, 'filler')
  return {
    folder,
    fill(leave = 0) {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave), 1))
      } catch (error) {
        // Who writes meanwhile took some of it: then it is full too.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    makeRoom: () => truncateSync(filler, 0),
    remount: (how) => void execFileSync('mount', ['-o', `remount,${how}`, folder], { stdio: 'pipe' }),
    remove() {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

/** Why the tests of something are skipped, said once, or `null` where a small disk can be made. */
export function smallDiskTrouble(what: string): string | null {
  const probe = smallDisk(1)
  if (typeof probe === 'string') {
    console.warn(`tests of ${what} are skipped: ${probe}`)
    return probe
  }
  probe.remove()
  return null
}
