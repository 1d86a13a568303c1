import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { systemTrouble } from '../../shared/system-trouble.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-trouble-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const trouble = (code: string, path: string) => systemTrouble(Object.assign(new Error(code), { code, path }))

describe('a refusal of the operating system', () => {
  it('names the folder that is missing, and the file where only that is', () => {
    expect(trouble('ENOENT', join(folder, 'no', 'such', 'x.json')).message).toBe(`there is no ${join(folder, 'no')}`)
    expect(trouble('ENOENT', join(folder, 'x.json')).message).toBe(`there is no ${join(folder, 'x.json')}`)
  })

  it('gives away no file that is not there yet, and no folder', () => {
    const { message, hint } = trouble('EACCES', join(folder, 'new.json'))
    expect(message).toMatch(/^the user \S+ may not make .*new\.json$/)
    expect(hint).toContain(`(stat -c %U ${folder})`)
    expect(hint).not.toContain('chown')
    writeFileSync(join(folder, 'old.json'), '')
    expect(trouble('EACCES', join(folder, 'old.json')).hint).toContain(`chown -R`)
  })
})
