import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Machine } from './machine.ts'
import type { Mount } from './mounts.ts'
import { mountOf } from './mounts.ts'
import { orNull, parseNumber, rounded } from './unknown.ts'

const MiB = 1_024 * 1_024
const SECTOR_BYTES = 512

export interface DiskUse {
  freeMb: number
  /** Used share of what a normal user may use, as `df` prints it. `null` for a file system without a size. */
  usedPercent: number | null
  inodePercent: number | null
}

export async function readDiskUse(machine: Machine, path: string): Promise<DiskUse> {
  const space = await machine.space(path)
  const used = space.bytes - space.freeBytes
  const usable = used + space.availableBytes
  return {
    freeMb: Math.floor(space.availableBytes / MiB),
    usedPercent: usable > 0 ? rounded((100 * used) / usable, 1) : null,
    inodePercent: space.files > 0 ? rounded((100 * (space.files - space.freeFiles)) / space.files, 1) : null,
  }
}

/** The heartbeat's `disk` for the file system that holds `path`. `written_mb` counts since boot, in MiB. */
export async function readDisk(machine: Machine, path: string): Promise<Heartbeat['disk']> {
  const use = await orNull(() => readDiskUse(machine, path))
  const mount = await orNull(() => mountOf(machine, path))
  return {
    free_mb: use?.freeMb ?? null,
    used_percent: use?.usedPercent ?? null,
    inode_percent: use?.inodePercent ?? null,
    read_only: mount?.readOnly ?? null,
    written_mb: mount === null ? null : await orNull(() => readWritten(machine, mount)),
  }
}

/** Column 10 of /proc/diskstats is sectors written (kernel documentation, admin-guide/iostats). */
async function readWritten(machine: Machine, mount: Mount): Promise<number | null> {
  for (const line of (await machine.readText('/proc/diskstats')).split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (`${fields[0]}:${fields[1]}` !== mount.device) continue
    const sectors = parseNumber(fields[9])
    return sectors === null ? null : Math.round((sectors * SECTOR_BYTES) / MiB)
  }
  return null
}
