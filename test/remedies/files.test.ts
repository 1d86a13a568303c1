import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../../shared/make-folder.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { asPattern } from './lib/as-pattern.ts'
import { refusal } from './lib/refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-remedies-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

interface Case {
  what: string
  path: string
  /** What is done with it. Default: it is read. */
  use?: 'write' | 'make folder'
  prepare: () => void
  hint: string
  /** Takes the remedy. Returns the path that is tried then; default: the same. */
  mend: () => string | undefined
}

const CASES: Case[] = [
  {
    what: 'a file that is not there',
    path: at('kitchn.toml'),
    prepare: () => writeFileSync(at('kitchen.toml'), ''),
    hint: 'Check how it is spelt, or make it.',
    mend: () => at('kitchen.toml'),
  },
  {
    what: 'a folder where a file is meant',
    path: at('settings'),
    prepare() {
      mkdirSync(at('settings'))
      writeFileSync(at('settings/hub.toml'), '')
    },
    hint: 'Name a file.',
    mend: () => at('settings/hub.toml'),
  },
  {
    what: 'a path that goes on behind a file',
    path: at('letter/hub.toml'),
    use: 'write',
    prepare: () => writeFileSync(at('letter'), ''),
    hint: 'Name another place.',
    mend: () => at('another.toml'),
  },
  {
    what: 'something else in the place of a folder',
    path: at('mine'),
    use: 'make folder',
    prepare: () => writeFileSync(at('mine'), 'a letter'),
    hint: 'Name another place, or move it away.',
    mend: () => void renameSync(at('mine'), at('moved')),
  },
  {
    what: 'a name that no file system takes',
    path: at('x'.repeat(300)),
    use: 'write',
    prepare: () => {},
    hint: 'Choose a shorter one.',
    mend: () => at('x'.repeat(255)),
  },
  {
    what: 'a link that leads to itself',
    path: at('loop'),
    prepare() {
      symlinkSync(at('loop'), at('loop'))
      writeFileSync(at('real'), '')
    },
    hint: 'Remove the link: rm it, then name the real place.',
    mend() {
      rmSync(at('loop'))
      return at('real')
    },
  },
]

describe('what the system refuses', () => {
  it.each(CASES)('of $what is mended by what is said about it', async ({ path, use = 'read', prepare, hint, mend }) => {
    const attempt = (file: string) => {
      try {
        if (use === 'read') readFileSync(file)
        else if (use === 'write') writeFileSync(file, '')
        else mkdirSync(file)
      } catch (error) {
        throw systemTrouble(error, file)
      }
    }
    prepare()
    expect((await refusal(() => attempt(path))).hint).toBe(hint)
    expect(() => attempt(mend() ?? path)).not.toThrow()
  })
})

describe('a data folder', () => {
  it('that cannot be made says why, and where one can be', async () => {
    writeFileSync(at('a-file'), '')
    const { message, hint } = await refusal(() => makeFolder(at('a-file/data'), 0o700))
    expect(message).toContain('is a file, not a folder')
    expect(hint).toMatch(asPattern('… --data names another folder.'))
    const other = at('another/place')
    makeFolder(other, 0o700)
    expect(existsSync(dirname(other))).toBe(true)
  })
})
