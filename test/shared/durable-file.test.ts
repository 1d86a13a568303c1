import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeDurably } from '../../shared/durable-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-durable-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a small file', () => {
  it('has the new text whole, for its owner alone, and nothing lies beside it', () => {
    const file = join(folder, 'identity.json')
    writeFileSync(file, 'a text that was longer')
    const before = statSync(file).ino
    writeDurably(file, 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
    // Another file took its name: no moment had half of a text.
    expect(statSync(file).ino).not.toBe(before)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['identity.json'])
  })

  it('that cannot take its name leaves nothing behind', () => {
    mkdirSync(join(folder, 'taken/by-a-folder'), { recursive: true })
    expect(() => writeDurably(join(folder, 'taken'), 'new')).toThrow()
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})
