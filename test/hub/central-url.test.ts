import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { centralUrl, readHubConfig } from '../../hub/config.ts'

const URL = 'postgres://site:secret@central.example.org/lares'
let folder = ''
let environment: string | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-central-url-'))
  environment = process.env.LARES_CENTRAL_URL
  delete process.env.LARES_CENTRAL_URL
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  if (environment !== undefined) process.env.LARES_CENTRAL_URL = environment
  else delete process.env.LARES_CENTRAL_URL
})

function configured(toml: string): ReturnType<typeof readHubConfig> {
  writeFileSync(join(folder, 'hub.toml'), toml)
  return readHubConfig(join(folder, 'hub.toml'))
}

describe('where central is', () => {
  it('is nowhere unless somebody says so', () => {
    expect(centralUrl(readHubConfig(undefined), folder)).toBe(null)
  })

  it('is said by the settings, before a file and the environment', () => {
    process.env.LARES_CENTRAL_URL = 'postgres://environment'
    writeFileSync(join(folder, 'central.url'), 'postgres://file')
    expect(centralUrl(configured(`[central]\nurl = '${URL}'`), folder)).toBe(URL)
    expect(centralUrl(configured(''), folder)).toBe('postgres://file')
    rmSync(join(folder, 'central.url'))
    expect(centralUrl(configured(''), folder)).toBe('postgres://environment')
  })

  it('is read from a file as somebody pastes it', () => {
    writeFileSync(join(folder, 'secret'), `\n ${URL} \n`)
    expect(centralUrl(configured(`[central]\nurl_file = '${join(folder, 'secret')}'`), folder)).toBe(URL)
  })

  it('is asked for in a file that must be there and hold an address', () => {
    const named = configured(`[central]\nurl_file = '${join(folder, 'secret')}'`)
    expect(() => centralUrl(named, folder)).toThrow(expect.objectContaining({ code: 'bad_config' }))
    writeFileSync(join(folder, 'secret'), 'central.example.org')
    expect(() => centralUrl(named, folder)).toThrow(
      expect.objectContaining({ code: 'bad_config', hint: expect.stringContaining('add-site') }),
    )
    // What is in the file may be a password: it is not told.
    expect(() => centralUrl(named, folder)).not.toThrow('central.example.org')
    process.env.LARES_CENTRAL_URL = 'central.example.org'
    expect(() => centralUrl(configured(''), folder)).toThrow('LARES_CENTRAL_URL holds no postgres:// address')
  })

  it('cannot be said otherwise', () => {
    for (const wrong of ["url = 'mysql://x'", 'max_kb_per_s = 0', "adress = 'x'"])
      expect(() => configured(`[central]\n${wrong}`)).toThrow(expect.objectContaining({ code: 'bad_config' }))
  })
})
