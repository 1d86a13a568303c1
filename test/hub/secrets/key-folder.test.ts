import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyFolder } from '../../../hub/secrets/key-folder.ts'

let above: string
let folder: string
let keys: KeyFolder

beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'lares-keys-'))
  folder = join(above, 'keys')
  keys = new KeyFolder(folder)
})
afterEach(() => rmSync(above, { recursive: true }))

const fileOf = (id: string) => join(folder, `${id}.key`)
const ids = () => keys.read().map(({ id }) => id)
const unsafe = (words: RegExp) => expect.objectContaining({ code: 'unsafe_key', message: expect.stringMatching(words) })

describe('the folder of keys', () => {
  it('has none before the first is made', () => {
    expect(ids()).toEqual([])
    expect(existsSync(folder)).toBe(false)
  })

  it('keeps each key in a file for its user alone, whatever the process is told to give to others', () => {
    const mask = process.umask(0)
    try {
      const id = keys.make()
      expect(statSync(folder).mode & 0o777).toBe(0o700)
      expect(statSync(fileOf(id)).mode & 0o777).toBe(0o600)
    } finally {
      process.umask(mask)
    }
  })

  it('has the newest key first, also after nine', () => {
    const made = Array.from({ length: 11 }, () => keys.make())
    expect(ids()).toEqual(made.reverse())
  })

  it('forgets a removed key, and does not mind that it is gone', () => {
    const [first, second] = [keys.make(), keys.make()]
    keys.remove(first)
    keys.remove(first)
    expect(ids()).toEqual([second])
    expect(readdirSync(folder)).toEqual([`${second}.key`])
  })

  it('reads no half of a key: what an interrupted making left is no key, and goes with the next', () => {
    keys.make()
    writeFileSync(join(folder, '.k2-aaaaaaaa.key.x1y2z3'), 'half', { mode: 0o600 })
    expect(ids()).toHaveLength(1)
    keys.make()
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it.each([0o640, 0o604, 0o620, 0o602])('refuses a key that others may use, until the remedy was taken: %o', (mode) => {
    const id = keys.make()
    chmodSync(fileOf(id), mode)
    expect(ids).toThrow(unsafe(new RegExp(`may read or change .*${id}`)))
    chmodSync(fileOf(id), 0o600)
    expect(ids()).toEqual([id])
  })

  it('refuses a folder that others may enter: they could put a key of theirs first', () => {
    keys.make()
    for (const mode of [0o750, 0o770, 0o701]) {
      chmodSync(folder, mode)
      expect(ids).toThrow(unsafe(/must be private/))
      expect(() => keys.make()).toThrow(unsafe(/must be private/))
    }
  })

  it.runIf(process.geteuid?.() === 0)('refuses what belongs to somebody else', () => {
    const id = keys.make()
    chmodSync(above, 0o755)
    chownSync(folder, 65_534, 65_534)
    chownSync(fileOf(id), 1_234, 1_234)
    chmodSync(fileOf(id), 0o644)
    process.seteuid?.(65_534)
    try {
      expect(ids).toThrow(unsafe(/belongs to another user/))
    } finally {
      process.seteuid?.(0)
    }
  })

  it('follows no link', () => {
    const id = keys.make()
    renameSync(fileOf(id), join(above, 'elsewhere'))
    symlinkSync(join(above, 'elsewhere'), fileOf(id))
    expect(ids).toThrow(unsafe(/ is a link, and keys are none/))
  })

  it.each(['', 'short\n', `${'x'.repeat(43)}`, `# head\n${'x'.repeat(42)}\n`, `# head\n${'x'.repeat(43)}\nmore\n`])(
    'says of a file that holds no key what to do: %j',
    (text) => {
      const id = keys.make()
      writeFileSync(fileOf(id), text)
      expect(ids).toThrow(unsafe(/holds no whole key/))
    },
  )

  it('holds each key once, in words that say what it is', () => {
    const id = keys.make()
    const [head, line] = readFileSync(fileOf(id), 'utf8').split('\n')
    expect(head).toMatch(/^# A key of the Lares hub/)
    expect(line).toMatch(/^[\w-]{43}$/)
  })
})
