import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { houseToPack, make } from '../hub/archive/house-to-pack.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 30, 3, 30)

let data: ReturnType<typeof makeDataFolder>
let stick: string
let control: string
let store: ReturnType<typeof houseToPack>

beforeEach(() => {
  data = makeDataFolder()
  stick = join(data.scratch, 'stick')
  control = join(data.scratch, 'fault')
  mkdirSync(stick)
  store = houseToPack(data.folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  store.close()
  data.remove()
})

const options = (now: number) => ({ now, passphrase: null })

describe.skipIf(shimTrouble !== null)('a backup on a disk that fails in the middle', () => {
  it.each([
    ['ENOSPC', 'disk_full', /there is no room for/],
    ['EIO', 'device_missing', /went away while a backup was written/],
    ['EROFS', 'unreachable', /the hub may not write to/],
    ['fsync EIO', 'device_missing', /went away while a backup was written/],
  ])(
    'with %s is none, keeps those that were there, and is made once the disk is well',
    async (fault, code, message) => {
      const place = { kind: 'folder', folder: stick } as const
      const { name } = await make(data.folder, place, options(NOW))
      const before = readFileSync(join(stick, name))
      vi.stubEnv('LD_PRELOAD', buildShim('disk-full'))
      vi.stubEnv('LARES_DISK_FULL_FOLDER', stick)
      vi.stubEnv('LARES_DISK_FULL_CONTROL', control)
      writeFileSync(control, fault)
      await expect(make(data.folder, place, options(NOW + DAY_MS))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
      expect(readdirSync(stick)).toEqual([name])
      expect(readFileSync(join(stick, name)).equals(before)).toBe(true)
      rmSync(control)
      expect((await make(data.folder, place, options(NOW + DAY_MS))).lying).toHaveLength(2)
    },
  )
})
