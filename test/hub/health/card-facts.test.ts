import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cardFacts } from '../../../hub/health/card-facts.ts'
import { ManualClock } from '../../../shared/clock.ts'

let folder: string
let sys: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-card-'))
  sys = join(folder, 'sys')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A device with a partition on which the folder lies, as the kernel shows it. */
function device(files: Record<string, string>): void {
  const disk = join(sys, 'devices/mmc0/block/mmcblk0')
  const all = { 'mmcblk0p2/partition': '2\n', ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(disk, name)), { recursive: true })
    writeFileSync(join(disk, name), text)
  }
  const { dev } = statSync(folder)
  mkdirSync(join(sys, 'dev/block'), { recursive: true })
  const numbers = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`
  symlinkSync(join(disk, 'mmcblk0p2'), join(sys, 'dev/block', numbers))
}

const facts = () => cardFacts(folder, { clock: new ManualClock(), sys })

describe('what the kernel knows of a card', () => {
  it('is its name, its size and what was written since the start', async () => {
    device({ size: '62333952\n', stat: ' 1 2 3 4 5 6 7000 8 9 10 11\n', 'device/name': 'SD32G\n' })
    expect(await facts()).toMatchObject({
      device: 'mmcblk0',
      model: 'SD32G',
      device_bytes: 62_333_952 * 512,
      written_since_boot_bytes: 7_000 * 512,
      life_used_percent: null,
      spare_blocks: null,
    })
  })

  it('is the worse of two estimates of an eMMC, and its spare blocks', async () => {
    device({ 'device/life_time': '0x01 0x03\n', 'device/pre_eol_info': '0x02\n' })
    expect(await facts()).toMatchObject({ life_used_percent: 30, spare_blocks: 'low' })
  })

  it('is nothing of an eMMC that has no estimate', async () => {
    device({ 'device/life_time': '0x00 0x00\n', 'device/pre_eol_info': '0x00\n' })
    expect(await facts()).toMatchObject({ life_used_percent: null, spare_blocks: null })
  })

  it('is nothing where the folder lies on no device', async () => {
    expect(Object.values(await facts()).every((fact) => fact === null)).toBe(true)
  })
})
