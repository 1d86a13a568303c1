import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { asError } from '../../../../shared/errors.ts'

/** A block device of its own with ext4 on it, as a program that writes there finds it. */
export interface CardPlace {
  /** Where it is mounted. */
  folder: string
  /** Its name below `/sys/block`. */
  device: string
}

export interface Card extends CardPlace {
  /** Takes it away with everything on it. Calling it twice is safe. */
  close(): void
}

/** What reached a block device since it was there. */
export interface Written {
  bytes: number
  flushes: number
}

const MB = 1_000_000
/** Memory is faster than a disk, wears out nothing, and takes the same writes. */
const MEMORY = '/dev/shm'
/** https://docs.kernel.org/block/stat.html, from 0. A sector has 512 bytes there, whatever the device has. */
const SECTORS_WRITTEN = 6
const FLUSHES = 15

/**
 * Makes an ext4 file system in a file and mounts it, `noatime` as Raspberry Pi OS does. Nothing of what mkfs may leave for later is
 * left for later, so that every write is somebody's. Returns the reason in a sentence where this is not allowed.
 */
export function openCard(name: string, megabytes: number): Card | string {
  if (process.geteuid?.() !== 0) return 'only root may mount an image: no block device was looked at'
  const scratch = mkdtempSync(join(roomFor(megabytes), 'lares-card-'))
  const image = join(scratch, 'image')
  const folder = join(scratch, name)
  let mounted = false
  const close = () => {
    // Lazily: a child that was killed may still be on its way out.
    if (mounted) run('umount', '--lazy', folder)
    mounted = false
    rmSync(scratch, { recursive: true, force: true })
  }
  try {
    writeFileSync(image, '')
    truncateSync(image, megabytes * MB)
    run('mkfs.ext4', '-q', '-F', '-N', '8192', '-J', 'size=32', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
    mkdirSync(folder)
    run('mount', '-o', 'loop,noatime', image, folder)
    mounted = true
    const [device = ''] = run('losetup', '-j', image).split(':')
    if (device === '') throw new Error(`no loop device holds ${image}`)
    return { folder, device: basename(device), close }
  } catch (error) {
    close()
    return `no image could be mounted: ${asError(error).message.trim()}`
  }
}

/** What reached the device until now, with all that was still in memory. */
export function settledWrites({ folder, device }: CardPlace): Written {
  run('sync', '-f', folder)
  return writes(device)
}

function writes(device: string): Written {
  const fields = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/).map(Number)
  return { bytes: (fields[SECTORS_WRITTEN] ?? 0) * 512, flushes: fields[FLUSHES] ?? 0 }
}

function roomFor(megabytes: number): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize > megabytes * MB ? MEMORY : tmpdir()
  } catch {
    return tmpdir() // there is no such folder
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
