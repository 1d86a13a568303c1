import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArchiveCommand } from '../../../hub/archive/archive-command.ts'
import { ArchiveFolder } from '../../../hub/archive/archive-folder.ts'
import { mountOfLabel } from '../../../hub/archive/mounted-stick.ts'
import { restoreArchive } from '../../../hub/archive/restore-archive.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { check, houseToPack, make, PASSPHRASE } from './house-to-pack.ts'

let base: string
let folder: string
let stick: string
let store: ReturnType<typeof houseToPack>

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lares-places-'))
  folder = join(base, 'house')
  stick = join(base, 'stick')
  mkdirSync(stick)
  store = houseToPack(folder)
})
afterEach(() => {
  store.close()
  rmSync(base, { recursive: true, force: true })
})

const place = () => ({ kind: 'folder', folder: stick }) as const
const NOW = Date.UTC(2026, 10, 30, 3, 30)
const DAY_MS = 86_400_000

function program(name: string, body: string): string {
  const file = join(base, name)
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return file
}

const command = (argv: string[], more: { fetch?: string[]; limitMs?: number } = {}) =>
  ({ kind: 'command', argv, fetch: more.fetch ?? null, limitMs: more.limitMs ?? 60_000 }) as const

describe('a folder for archives', () => {
  it('has only whole archives under their names, the newest by age, and none of others is touched', async () => {
    writeFileSync(join(stick, 'lares-home-anothero-20200101T000000Z.tar.age'), 'of another house')
    writeFileSync(join(stick, 'film.mp4.123.part'), 'of somebody')
    writeFileSync(join(stick, 'lares-home-0000000h-20260101T000000Z.tar.999999.part'), 'left by a kill')
    const keep = { hours: 0, days: 2, weeks: 0 }
    for (const day of [0, 1, 2]) await make(folder, place(), { now: NOW + day * DAY_MS, keep, passphrase: null })
    // The clock fell back ten years: what was made just now stays, and it takes nobody's place for good.
    const made = await make(folder, place(), { now: NOW - 3_650 * DAY_MS, keep, passphrase: null })
    expect(readdirSync(stick).sort()).toEqual([
      'film.mp4.123.part',
      'lares-home-0000000h-20161202T033000Z.tar',
      'lares-home-0000000h-20261201T033000Z.tar',
      'lares-home-0000000h-20261202T033000Z.tar',
      'lares-home-anothero-20200101T000000Z.tar.age',
    ])
    expect(made.lying?.map(({ name }) => name)).toHaveLength(3)
  })

  it('gives two of one second names of their own', async () => {
    const first = await make(folder, place(), { passphrase: null })
    const second = await make(folder, place(), { passphrase: null })
    expect(second.name).not.toBe(first.name)
  })

  it('is not made where a disk is to be mounted, and is waited for', async () => {
    rmSync(stick, { recursive: true })
    await expect(make(folder, place(), { passphrase: null })).rejects.toMatchObject({
      code: 'unreachable',
      message: `there is no folder ${stick}`,
    })
    expect(existsSync(stick)).toBe(false)
    mkdirSync(stick)
    expect((await make(folder, place(), { passphrase: null })).verified).toBe(true)
  })

  it('says no before it writes where there is no room', () => {
    const asked = () => new ArchiveFolder(place()).checkRoom(1e15)
    expect(asked).toThrow(/has no room for a backup of/)
  })

  it('has what it had before when the process is killed at any time', async () => {
    const before = await make(folder, place(), { passphrase: null })
    const kept = readFileSync(join(stick, before.name))
    for (const at of ['checking', 'packing', 'reading'] as const) {
      const killed = make(folder, place(), {
        passphrase: null,
        now: NOW + DAY_MS,
        progress({ phase }) {
          if (phase !== at) return
          const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
          for (const pid of children.filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
        },
      })
      await killed.catch((error: Error) => expect(error.message).toMatch(/its process ended with SIGKILL/))
      const names = readdirSync(stick).filter((name) => !name.endsWith('.part'))
      // It may have been done in the moment in which it was killed: then it is whole.
      for (const name of names) await check({ place: place(), name, scratch: join(base, 'scratch') })
      expect(readFileSync(join(stick, before.name)).equals(kept)).toBe(true)
    }
    await make(folder, place(), { passphrase: null, now: NOW + 2 * DAY_MS })
    expect(readdirSync(stick).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe('an archive that is opened', () => {
  it('is read to its end, its database checked, and nothing of it is left', async () => {
    const { name } = await make(folder, place())
    expect(await check({ place: place(), name, scratch: join(base, 'scratch') })).toEqual({
      name,
      madeAt: NOW,
      readings: 3,
    })
    expect(existsSync(join(base, 'scratch'))).toBe(false)
    const file = join(stick, name)
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4
    writeFileSync(file, bytes)
    await expect(check({ place: place(), name, scratch: join(base, 'scratch') })).rejects.toThrow(/damaged or cut off/)
    expect(existsSync(join(base, 'scratch'))).toBe(false)
  })

  it('says that it needs a passphrase where none is named any more', async () => {
    const { name } = await make(folder, place())
    await expect(check({ place: place(), name, scratch: join(base, 'scratch') }, null)).rejects.toThrow(
      /names no passphrase/,
    )
  })
})

describe('a command that takes archives', () => {
  it('gets all of one on its standard input, and may give it back to be checked and restored', async () => {
    const argv = [program('put', 'cat > "$1"'), join(stick, '{name}')]
    const { name, verified } = await make(folder, command(argv))
    expect(verified).toBe(false)
    const fetch = ['/bin/cat', join(stick, '{name}')]
    expect(await check({ place: command(argv, { fetch }), name, scratch: join(base, 'scratch') })).toMatchObject({
      readings: 3,
    })
    const restored = await restoreArchive(join(base, 'empty'), {
      source: join(stick, name),
      now: 5,
      passphrase: async () => PASSPHRASE,
    })
    expect(restored.manifest.house).toBe('Home')
    await expect(check({ place: command(argv), name, scratch: join(base, 'scratch') })).rejects.toThrow(
      /nobody knows how to read/,
    )
  })

  const fails: [string, string, object][] = [
    [
      'fails',
      'cat > /dev/null; echo working >&2; echo no room there >&2; exit 3',
      { code: 'program_failed', message: expect.stringMatching(/ended with 3: no room there$/) },
    ],
    [
      'fails at once',
      'echo no login >&2; exit 1',
      { code: 'program_failed', message: expect.stringMatching(/ended with 1: no login$/) },
    ],
    [
      'closes its input and says that all is well',
      'exec 0<&-; exit 0',
      { code: 'program_failed', message: expect.stringMatching(/before it had taken all/) },
    ],
    ['hangs', 'sleep 600', { code: 'timed_out', message: expect.stringMatching(/took longer than 1.5 s/) }],
    ['leaves something behind that hangs', 'cat > /dev/null; sleep 600 & exit 4', { code: 'program_failed' }],
  ]
  for (const [how, body, error] of fails)
    it(`is told of when it ${how}`, async () => {
      const making = make(folder, command([program('put', body)], { limitMs: how === 'hangs' ? 1_500 : 60_000 }), {
        passphrase: null,
      })
      await expect(making).rejects.toMatchObject(error)
    })

  it('is told of when it ended well before the rest was given', async () => {
    const early = new ArchiveCommand([program('put', 'exit 0')], { name: 'x', limitMs: 60_000 })
    await early.over()
    await expect(early.finish()).rejects.toMatchObject({ message: expect.stringMatching(/before it had taken all/) })
  })

  it('is told of when it is not there', async () => {
    await expect(make(folder, command(['/nowhere/put']), { passphrase: null })).rejects.toMatchObject({
      code: 'missing_program',
    })
  })

  it('is ended with all that it started when the making of one is given up', async () => {
    const mark = join(base, 'pid')
    const stop = new AbortController()
    const argv = [program('put', `sleep 600 & echo $! > ${mark}; wait`)]
    const making = make(folder, command(argv), { passphrase: null, signal: stop.signal })
    making.catch(() => {})
    while (!existsSync(mark) || readFileSync(mark, 'utf8') === '') await wait(systemClock, 20)
    stop.abort()
    await expect(making).rejects.toThrow()
    const pid = readFileSync(mark, 'utf8').trim()
    const isAlive = () =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    for (let tries = 0; isAlive() && tries < 100; tries += 1) await wait(systemClock, 20)
    expect(isAlive()).toBe(false)
  })
})

describe('a stick', () => {
  const sources = () => ({ mounts: join(base, 'mountinfo'), udev: join(base, 'udev'), labels: join(base, 'labels') })
  const mounted = (at: string) =>
    writeFileSync(
      sources().mounts,
      `22 1 8:2 / / rw - ext4 /dev/sda2 rw\n30 22 8:17 / ${at} rw,nosuid - vfat /dev/sdb1 rw\n`,
    )

  it('is found by its label, where a service sees no devices and where it does', () => {
    mkdirSync(sources().udev)
    mkdirSync(sources().labels)
    mounted('/media/ann/My\\040stick')
    expect(mountOfLabel('My stick', sources())).toBeNull()
    writeFileSync(join(sources().udev, 'b8:17'), 'E:ID_FS_LABEL=My_stick\nE:ID_FS_LABEL_ENC=My\\x20stick\n')
    expect(mountOfLabel('My stick', sources())).toBe('/media/ann/My stick')
    expect(mountOfLabel('Other', sources())).toBeNull()
    rmSync(join(sources().udev, 'b8:17'))
    writeFileSync(join(base, 'sdb1'), '')
    symlinkSync(join(base, 'sdb1'), join(sources().labels, 'My\\x20stick'))
    expect(mountOfLabel('My stick', sources())).toBe('/media/ann/My stick')
  })

  it('that is away is said, and nothing is written where it would be mounted', () => {
    mkdirSync(sources().udev)
    writeFileSync(join(sources().udev, 'b8:17'), 'E:ID_FS_LABEL_ENC=LARES\n')
    writeFileSync(sources().mounts, '22 1 8:2 / / rw - ext4 /dev/sda2 rw\n')
    const there = () => new ArchiveFolder({ kind: 'usb', label: 'LARES', folder: 'lares' }, sources())
    expect(there).toThrow(/the stick LARES is not plugged in, or not mounted/)
    // It was pulled out without a word: the kernel says that it is mounted, and the folder below it is what is there.
    mounted(stick)
    expect(there).toThrow(/the stick LARES is not plugged in/)
    expect(readdirSync(stick)).toEqual([])
  })

  it.skipIf(!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync('/dev').dev)(
    'that is pulled out in the middle costs the archive that is being written, and no other one',
    () => {
      mkdirSync(sources().udev)
      writeFileSync(join(sources().udev, 'b8:17'), 'E:ID_FS_LABEL_ENC=LARES\n')
      mounted('/dev/shm')
      const name = `lares-places-${process.pid}`
      try {
        const there = new ArchiveFolder({ kind: 'usb', label: 'LARES', folder: name }, sources())
        const part = there.begin('lares-home-0000000h-20261202T033000Z.tar')
        part.take(Buffer.from('half of it'))
        // The disk is gone below the file that is open.
        rmSync(there.path, { recursive: true })
        expect(() => {
          part.finish()
          part.place()
        }).toThrow(/the stick LARES went away while a backup was written/)
        part.discard()
        expect(existsSync(there.path)).toBe(false)
      } finally {
        rmSync(join('/dev/shm', name), { recursive: true, force: true })
      }
    },
  )
})
