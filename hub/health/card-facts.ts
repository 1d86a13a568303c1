import { readFile, realpath, stat } from 'node:fs/promises'
import { uptime } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'

/** What the kernel knows of the device that a data folder lies on. `null` where it does not say, as for disks of a network. */
export interface CardFacts {
  /** As the kernel calls it: `mmcblk0`. */
  device: string | null
  /** The name that its maker gave it. */
  model: string | null
  device_bytes: number | null
  /** By everything on this machine, since it was started. */
  written_since_boot_bytes: number | null
  up_ms: number | null
  /** Of what it was made for, as an eMMC estimates it itself: at most so many percent are used. 110: more than all. SD cards have no such word. */
  life_used_percent: number | null
  /** What is left of the blocks that an eMMC keeps for those that wear out. */
  spare_blocks: 'normal' | 'low' | 'almost none' | null
}

const SECTOR_BYTES = 512
const LOOK_MS = 2_000
const NOTHING: CardFacts = {
  device: null,
  model: null,
  device_bytes: null,
  written_since_boot_bytes: null,
  up_ms: null,
  life_used_percent: null,
  spare_blocks: null,
}
/** PRE_EOL_INFO of JESD84-B51: how much of the reserved blocks is used. */
const SPARE_BLOCKS = new Map([
  [1, 'normal'],
  [2, 'low'],
  [3, 'almost none'],
] as const)

/** Looks the device of a folder up in `/sys`, for two seconds at most. Never rejects. `sys`: where the kernel tells it. */
export async function cardFacts(
  folder: string,
  { clock, sys = '/sys' }: { clock: Clock; sys?: string },
): Promise<CardFacts> {
  const late = Promise.withResolvers<CardFacts>()
  const cancel = clock.after(LOOK_MS, () => late.resolve(NOTHING))
  const facts = await Promise.race([look(folder, sys).catch(() => NOTHING), late.promise])
  cancel()
  return facts
}

async function look(folder: string, sys: string): Promise<CardFacts> {
  const { dev } = await stat(folder)
  const at = await realpath(join(sys, 'dev/block', numbersOf(dev)))
  // A partition is a folder of its disk's.
  const disk = (await word(join(at, 'partition'))) === null ? at : dirname(at)
  const [size, counters, name, model, life, spare] = await Promise.all(
    ['size', 'stat', 'device/name', 'device/model', 'device/life_time', 'device/pre_eol_info'].map((file) =>
      word(join(disk, file)),
    ),
  )
  return {
    device: basename(disk),
    model: name ?? model ?? null,
    device_bytes: sectors(size),
    // https://docs.kernel.org/block/stat.html: the seventh number is sectors written.
    written_since_boot_bytes: sectors(counters?.split(/\s+/)[6]),
    up_ms: Math.round(uptime() * 1_000),
    life_used_percent: lifeUsed(life),
    spare_blocks: spare ? (SPARE_BLOCKS.get(Number(spare) as 1) ?? null) : null,
  }
}

/** `179:2`, as glibc takes the number of a device apart. */
function numbersOf(dev: number): string {
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`
}

/** Two estimates in tenths, such as `0x01 0x02`; 0 is none. The worse one counts. */
function lifeUsed(text: string | null | undefined): number | null {
  const tenths = (text ?? '').split(/\s+/).map(Number)
  const worst = Math.max(...tenths)
  return worst > 0 ? worst * 10 : null
}

function sectors(text: string | null | undefined): number | null {
  const number = Number(text ?? Number.NaN)
  return Number.isFinite(number) ? number * SECTOR_BYTES : null
}

async function word(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch {
    return null // the kernel does not say it of every device
  }
}
