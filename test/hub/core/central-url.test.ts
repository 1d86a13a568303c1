import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readHubConfig } from '../../../hub/config.ts'
import { centralSetting } from '../../../hub/core/central-setting.ts'

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

const at = (url: string) => ({ url, fault: null })
const faulty = (words: string | RegExp) => ({ url: null, fault: expect.stringMatching(words) })

describe('where central is', () => {
  it('is nowhere unless somebody says so', () => {
    expect(centralSetting(readHubConfig(undefined), folder)).toEqual({ url: null, fault: null })
    process.env.LARES_CENTRAL_URL = ''
    expect(centralSetting(readHubConfig(undefined), folder)).toEqual({ url: null, fault: null })
  })

  it('is said by the settings, before a file and the environment', () => {
    process.env.LARES_CENTRAL_URL = 'postgres://environment'
    writeFileSync(join(folder, 'central.url'), 'postgres://file')
    expect(centralSetting(configured(`[central]\nurl = '${URL}'`), folder)).toEqual(at(URL))
    expect(centralSetting(configured(''), folder)).toEqual(at('postgres://file'))
    rmSync(join(folder, 'central.url'))
    expect(centralSetting(configured(''), folder)).toEqual(at('postgres://environment'))
  })

  it.each([
    ['as a line', `\n ${URL} \n`],
    ['in quotes', `"${URL}"`],
    ['as the settings that an older version printed', `[central]\nurl = "${URL}"\n`],
    ['as one of these lines', `url = '${URL}'`],
  ])('is read from a file as somebody pastes it: %s', (_how, text) => {
    writeFileSync(join(folder, 'secret'), text)
    expect(centralSetting(configured(`[central]\nurl_file = '${join(folder, 'secret')}'`), folder)).toEqual(at(URL))
    writeFileSync(join(folder, 'central.url'), text)
    expect(centralSetting(configured(''), folder)).toEqual(at(URL))
  })

  it.each(['postgres://site:p@/lares?host=/run/postgresql', 'postgres:///lares?host=/run/postgresql'])(
    'may be a socket: %s',
    (url) => {
      writeFileSync(join(folder, 'central.url'), url)
      expect(centralSetting(configured(''), folder)).toEqual(at(url))
    },
  )
})

describe('a central that cannot be understood is a named fault, and no reason not to start', () => {
  it.each([
    ['an address of something else', "url = 'mysql://x'", /hub\.toml: central\.url/],
    ['a number', 'url = 5', /hub\.toml: central\.url/],
    ['a limit of nothing', 'max_kb_per_s = 0', /max_kb_per_s/],
    ['a key that there is not', "adress = 'x'", /adress/],
  ])('%s in the settings', (_what, toml, words) => {
    const config = configured(`base = 'casa'\n[central]\n${toml}`)
    expect(config).toMatchObject({ base: 'casa', central: {} })
    expect(centralSetting(config, folder)).toEqual(faulty(words))
  })

  it('no section at all', () => {
    expect(centralSetting(configured("central = 'postgres://x'"), folder)).toEqual(faulty(/hub\.toml: central/))
  })

  it('a file that is not there, or is none', () => {
    const named = configured(`[central]\nurl_file = '${join(folder, 'secret')}'`)
    expect(centralSetting(named, folder)).toEqual(faulty(/secret cannot be read: ENOENT/))
    mkdirSync(join(folder, 'central.url'))
    expect(centralSetting(configured(''), folder)).toEqual(faulty(/central\.url cannot be read: EISDIR/))
  })

  it('something else in a file or in the environment, which is not told because it may be a password', () => {
    writeFileSync(join(folder, 'central.url'), 'central.example.org')
    const inFile = centralSetting(configured(''), folder)
    expect(inFile).toEqual(faulty(/central\.url holds no postgres/))
    expect(inFile.fault).not.toContain('example.org')
    rmSync(join(folder, 'central.url'))
    process.env.LARES_CENTRAL_URL = 'postgres://site:pass#word@host/lares'
    const inEnvironment = centralSetting(configured(''), folder)
    expect(inEnvironment).toEqual(faulty(/LARES_CENTRAL_URL holds an address that cannot be read/))
    expect(inEnvironment.fault).not.toContain('pass#')
  })

  it('but a slip elsewhere is one, whatever central says', () => {
    for (const toml of ['bse = 1', 'bse = 1\n[central]\nurl = 5']) expect(() => configured(toml)).toThrow(/bse/)
  })
})
