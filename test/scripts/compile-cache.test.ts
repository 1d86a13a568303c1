import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { smallDisk, smallDiskTrouble } from '../faults/lib/small-disk.ts'
import { repository } from './stub-machine.ts'

const MEGABYTE = 1024 * 1024
const trouble = smallDiskTrouble('compiled code on a full disk')

let cache: string
let disks: { remove(): void }[] = []

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'lares-compiled-'))
})
afterEach(() => {
  for (const disk of disks) disk.remove()
  disks = []
  rmSync(cache, { recursive: true })
})

/** Starts Lares, and returns what it says. */
function say(environment: Record<string, string | undefined> = { NODE_COMPILE_CACHE: cache }): string {
  const env = { ...process.env, NODE_COMPILE_CACHE: undefined, ...environment }
  const { status, stdout, stderr } = spawnSync(join(repository, 'lares'), ['--help'], { encoding: 'utf8', env })
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

/** When each file was written, so that one that was written again shows. */
const written = () => filesIn(cache).map((file) => [file, statSync(file, { bigint: true }).mtimeNs])

describe('what Node compiled of Lares', () => {
  it('is written by the first start, and not again by the next', () => {
    const said = say()
    const first = written()
    expect(first.length).toBeGreaterThan(5)
    expect(say()).toBe(said)
    expect(written()).toEqual(first)
  })

  it.each<[how: string, damage: (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['full of zeros, as a card leaves it after a power cut', (bytes) => Buffer.alloc(bytes.length)],
    ['changed in one bit', (bytes) => flipped(bytes)],
  ])('is not believed when it is %s, and made anew', (_how, damage) => {
    const said = say()
    const damaged = filesIn(cache).map((file) => [file, damage(readFileSync(file))] as const)
    for (const [file, bytes] of damaged) writeFileSync(file, bytes)
    expect(say()).toBe(said)
    for (const [file, bytes] of damaged) expect([file, readFileSync(file).equals(bytes)]).toEqual([file, false])
  })

  it('is not needed: where its folder is a file, Lares starts', () => {
    const said = say()
    const file = join(cache, 'file')
    writeFileSync(file, '')
    expect(say({ NODE_COMPILE_CACHE: file })).toBe(said)
    expect(say({ CACHE_DIRECTORY: file })).toBe(said)
  })

  it.skipIf(trouble)('is not kept on a disk that is nearly full, which gets nothing at all from any start', () => {
    const said = say()
    const disk = smallDisk(64)
    if (typeof disk === 'string') throw new Error(disk)
    disks.push(disk)
    for (const left of [0, 20 * MEGABYTE]) {
      disk.fill(left)
      for (let start = 0; start < 2; start += 1) expect(say({ CACHE_DIRECTORY: disk.folder })).toBe(said)
      expect(filesIn(disk.folder)).toEqual([join(disk.folder, 'filler')])
      disk.makeRoom()
    }
    expect(say({ CACHE_DIRECTORY: disk.folder })).toBe(said)
    expect(filesIn(disk.folder).length).toBeGreaterThan(5)
  })
})

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const at = Math.floor(copy.length / 2)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
