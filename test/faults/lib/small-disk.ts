import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk that is really full when it is filled: a tmpfs of its own. */
export interface SmallDisk {
  folder: string
  fill(): void
  makeRoom(): void
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
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize, 1))
    },
    makeRoom: () => truncateSync(filler, 0),
    remove() {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}
