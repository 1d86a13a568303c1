import { generateKeyPairSync } from 'node:crypto'
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
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { EXAMPLES } from '../../edge/config/schema.ts'
import { configureSource } from '../../edge/sensors/configure.ts'
import { HUB_EXAMPLES, readHubConfig } from '../../hub/config.ts'
import { loadCertificate } from '../../hub/listen/certificate.ts'
import { Listeners } from '../../hub/listen/listeners.ts'
import { splitAddress } from '../../shared/address.ts'
import { cannotListen } from '../../shared/cannot-listen.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { silentLog } from '../../shared/log.ts'
import { makeFolder } from '../../shared/make-folder.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-remedies-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(text: string | Buffer, name = 'hub.toml'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function refusal(run: () => unknown): Promise<LaresError> {
  try {
    await run()
  } catch (error) {
    if (error instanceof LaresError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const read = {
  hub: (file: string) => readHubConfig(file),
  edge(file: string) {
    const { config, faults } = loadConfig({ file, env: {} })
    // The agent runs without what is wrong, and names it.
    for (const { error } of faults) throw error
    return { config }
  },
}

describe.each(Object.entries(read))('a settings file of the %s', (_, load) => {
  it('that is not there, a folder, or behind a file is told as that', async () => {
    expect(await refusal(() => load(join(folder, 'none.toml')))).toMatchObject({ message: /^there is no / })
    expect(await refusal(() => load(folder))).toMatchObject({ message: /is a folder/ })
    expect(await refusal(() => load(join(written(''), 'x')))).toMatchObject({ message: /is a file, not a folder/ })
  })

  it.each([
    ['UTF-16', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16LE', (text: string) => Buffer.from(text, 'utf16le')],
    ['ISO-8859-1', (text: string) => Buffer.from(text, 'latin1')],
  ])('in %s is mended by the command that it is told', async (encoding, encode) => {
    const text = '# Küche\n'
    const file = written(encode(text))
    const { hint } = await refusal(() => load(file))
    const [, from = '', to = ''] = /iconv -f (\S+) -t (\S+) /.exec(hint) ?? []
    expect([from, to]).toEqual([encoding, 'UTF-8'])
    // What iconv does: a mark at the beginning says which of the two orders it is.
    const decoded = new TextDecoder(from === 'UTF-16' ? 'utf-16le' : from.toLowerCase()).decode(readFileSync(file))
    expect(decoded).toBe(text)
    expect(() => load(written(decoded))).not.toThrow()
  })

  it('may begin with the mark that some editors write', () => {
    expect(() => load(written('\uFEFF# settings\n'))).not.toThrow()
  })

  it('names the line that is no TOML', async () => {
    expect(await refusal(() => load(written('# a\nx = Kitchen')))).toMatchObject({ message: /, line 2: / })
  })
})

describe('a key', () => {
  it.each<[string, (file: string) => unknown, string, string]>([
    ['a section of the hub', read.hub, '[listn]\ntls = "a:1"', 'listen'],
    ['a key of the hub', read.hub, '[listen]\ntsl = "a:1"', 'tls'],
    ['a key of the hub outside of sections', read.hub, 'advertize = ["a:1"]', 'advertise'],
    ['a key of the agent', read.edge, '[agent]\nnmae = "x"', 'name'],
  ])('that is misspelt, %s, is told the nearest, which works', async (_, load, text, nearest) => {
    const { message } = await refusal(() => load(written(text)))
    const [, wrong = '', right = ''] = /(?:no key|no section) (\w+); did you mean (\w+)\?/.exec(message) ?? []
    expect(right).toBe(nearest)
    expect(() => load(written(text.replace(wrong, right)))).not.toThrow()
  })

  it.each([
    ['pth', 'path', { driver: 'disk' }, '/'],
    ['intervall_s', 'interval_s', { driver: 'load' }, 5],
  ])('of a sensor that is misspelt, %s, is told the nearest', async (wrong, right, table, value) => {
    const configure = (own: object) => configureSource('it', { ...table, ...own }, fakeTree().machine)
    expect(await refusal(() => configure({ [wrong]: value }))).toMatchObject({
      message: `[sensors.it] has no key ${wrong}; did you mean ${right}?`,
    })
    expect(() => configure({ [right]: value })).not.toThrow()
  })

  it.each(['command', 'simulated'])('kind of %s that is misspelt is told the nearest', async (driver) => {
    const own = driver === 'command' ? { command: ['x'] } : {}
    const configure = (kind: string) => configureSource('it', { driver, kind, ...own }, fakeTree().machine)
    const { message } = await refusal(() => configure('temprature'))
    expect(message).toContain('did you mean temperature?')
    expect(() => configure('temperature')).not.toThrow()
  })

  it('of a table that cannot be one is told one that can', async () => {
    const wrong = '[sensors."\\u200e"]'
    const text = `${wrong}\ndriver = "load"`
    const { message, hint } = await refusal(() => read.edge(written(text)))
    expect(message).toContain('has a name with nothing that can be seen')
    const better = /Write (\[\S+\]),/.exec(hint)?.[1] ?? ''
    const { config } = read.edge(written(text.replace(wrong, better)))
    expect(Object.keys(config.sensors)).toEqual(['sensor_1'])
  })

  it.each([
    ['hub', HUB_EXAMPLES, read.hub],
    ['edge', EXAMPLES, read.edge],
  ] as const)('of the %s has an example that works', (_, examples, load) => {
    for (const [path, example] of examples) {
      const section = path.includes('.') ? `[${path.split('.')[0]}]\n` : ''
      expect(() => load(written(section + example)), path).not.toThrow()
    }
  })

  it('sensors has an example whose driver there is', () => {
    const { sensors } = parse(EXAMPLES.get('sensors') ?? '') as { sensors: Record<string, Record<string, unknown>> }
    for (const [key, table] of Object.entries(sensors))
      expect(() => configureSource(key, table, fakeTree().machine)).not.toThrow()
  })
})

describe('an address', () => {
  it.each([
    ['127.0.0.1:65536', /above 65535/],
    ['127.0.0.1:99999', /above 65535/],
    ['127.0.0.1', /has no port/],
    ['::1:8883', /in brackets/],
    ['a b:1', /no address/],
  ])('%s is refused for what is wrong with it, in the file and on the command line', async (tls, message) => {
    expect(await refusal(() => read.hub(written(`[listen]\ntls = "${tls}"`)))).toMatchObject({ message })
    expect(await refusal(() => readHubConfig(undefined, { tls }))).toMatchObject({ message })
  })

  it.each(['127.0.0.1:65535', '[::1]:8883', 'hub.lan:1'])('%s is none to be refused', (tls) => {
    expect(readHubConfig(undefined, { tls }).listen.tls).toBe(tls)
  })
})

describe('a hub that cannot listen', () => {
  async function listeners(more: Partial<{ tls: string; plain: string; socket: string }>): Promise<Service> {
    const parts = { tls: '127.0.0.1:0', plain: '127.0.0.1:0', socket: join(folder, 'hub.sock'), ...more }
    const { tls, plain, local } = new Listeners({
      ...parts,
      certificate: await loadCertificate(folder, {}),
      log: silentLog,
      handle: () => {},
      admit: () => null,
    })
    const doors = [tls, plain, local]
    return {
      async start() {
        for (const door of doors) await door.start()
      },
      stop() {
        for (const door of doors) door.stop()
      },
    }
  }

  async function fault(more: Parameters<typeof listeners>[0]): Promise<LaresError> {
    const doors = await listeners(more)
    try {
      return await refusal(() => doors.start())
    } finally {
      await doors.stop()
    }
  }

  it('says that the path of its socket is too long, and how long it may be', async () => {
    const long = join(folder, 's'.repeat(108 - folder.length - 1))
    expect(Buffer.byteLength(long)).toBe(108)
    expect(await fault({ socket: long })).toMatchObject({ message: /108 bytes, at most 107/ })
    const doors = await listeners({ socket: long.slice(0, -1) })
    await doors.start()
    await doors.stop()
  })

  it('says that the folder of its socket is missing, and works when it is made', async () => {
    const socket = join(folder, 'run', 'hub.sock')
    const { message, hint } = await fault({ socket })
    expect(message).toContain(`there is no ${join(folder, 'run')}`)
    expect(hint).toContain('make it')
    mkdirSync(join(folder, 'run'))
    const doors = await listeners({ socket })
    await doors.start()
    await doors.stop()
  })

  it('says that another program is there, and not where the address is none of this machine', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const taken = await fault({ plain: `127.0.0.1:${port}` })
    expect(taken.message).toContain('another program listens there')
    await new Promise((resolve) => other.close(resolve))
    const doors = await listeners({ plain: `127.0.0.1:${port}` })
    await doors.start()
    await doors.stop()
    const elsewhere = await fault({ plain: '192.0.2.1:1883' })
    expect(elsewhere.message).toContain('this machine has no such address')
    expect(elsewhere.hint).not.toContain('Stop')
  })
})

describe('an address that the system refuses', () => {
  const refused = (code: string) => Object.assign(new Error(code), { code })

  it.each([
    ['tls', '127.0.0.1:443', 'EACCES', 'ports below 1024 are kept for root', /^Choose another port: (.*)\.$/],
    ['plain', '[::1]:1883', 'EAFNOSUPPORT', 'this machine has no IPv6', /^Listen on IPv4: (.*)\.$/],
    [
      'http',
      'hub.lan:8443',
      'ENOTFOUND',
      'the name hub.lan has no address',
      /^Write an address of this machine: (.*)\.$/,
    ],
    ['plain', '192.0.2.1:1883', 'EADDRNOTAVAIL', 'this machine has no such address', /, or all of them: (.*)\.$/],
  ])('%s = %s with %s is told what to write instead, which can be written so', (key, where, code, what, hint) => {
    const fault = cannotListen(key, where, refused(code))
    expect(fault.message).toBe(`cannot listen on ${where}: ${what}`)
    const [, line = ''] = hint.exec(fault.hint) ?? []
    const [, written_ = ''] = /^\[listen\] (.*)$/.exec(line) ?? []
    const { listen } = read.hub(written(`[listen]\n${written_}`))
    const { host, port } = splitAddress(listen[key as 'tls'])
    expect(port).toBeGreaterThanOrEqual(1_024)
    expect(host).toMatch(/^(?:127\.0\.0\.1|0\.0\.0\.0)$/)
  })
})

describe('a certificate', () => {
  it('that has no key is told what is missing', async () => {
    const { cert } = await made()
    expect(await refusal(() => loadCertificate(folder, { cert }))).toMatchObject({
      message: '[tls] has a cert but no key',
    })
  })

  it('and a key that do not belong together, or are none, are told so before anything listens', async () => {
    const { key, cert } = await made()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const other = written(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'other.key')
    expect(await refusal(() => loadCertificate(folder, { key: other, cert }))).toMatchObject({
      message: /is not the key of/,
    })
    const none = written('x', 'none.pem')
    expect(await refusal(() => loadCertificate(folder, { key, cert: none }))).toMatchObject({
      message: /no certificate/,
    })
    expect(await refusal(() => loadCertificate(folder, { key: none, cert }))).toMatchObject({
      message: /no private key/,
    })
    expect((await loadCertificate(folder, { key, cert })).pin).toMatch(/^[\w-]{43}$/)
  })

  it('that cannot be made because of its folder is not blamed on openssl', async () => {
    const missing = join(folder, 'no-such')
    const { message, hint } = await refusal(() => loadCertificate(missing, {}))
    expect(message).toContain(`there is no ${missing}`)
    expect(`${message} ${hint}`).not.toContain('openssl')
  })

  it('that finds no room is not blamed on openssl, and is made when there is some', async () => {
    for (const name of ['tls.key', 'tls.crt']) {
      const full = mkdtempSync(join(folder, 'full-'))
      // What is written there meets a full disk.
      symlinkSync('/dev/full', join(full, `${name}.part`))
      const { code, message, hint } = await refusal(() => loadCertificate(full, {}))
      expect({ code, message }).toEqual({
        code: 'disk_full',
        message: `cannot make the hub's certificate: there is no room for ${full}`,
      })
      expect(hint).toBe('Free space on the disk.')
      expect(readdirSync(full)).toEqual([])
      expect((await loadCertificate(full, {})).pin).toMatch(/^[\w-]{43}$/)
      expect(readdirSync(full).sort()).toEqual(['tls.crt', 'tls.key'])
      expect(statSync(join(full, 'tls.key')).mode & 0o077).toBe(0)
    }
  })

  it('that the hub made and that is damaged can be put back, or made anew', async () => {
    const { key, cert } = await made()
    const { pin } = await loadCertificate(dirname(key), {})
    const copy = readFileSync(key)
    writeFileSync(key, '')
    const { message, hint } = await refusal(() => loadCertificate(dirname(key), {}))
    expect(message).toContain('holds no private key')
    expect(hint).toContain(
      'Put both files back from a copy of the data folder. Without one remove both and start again',
    )
    expect(hint).not.toContain('[tls]')
    writeFileSync(key, copy)
    expect((await loadCertificate(dirname(key), {})).pin).toBe(pin)
    for (const file of [key, cert]) rmSync(file)
    expect((await loadCertificate(dirname(key), {})).pin).not.toBe(pin)
  })

  it('that openssl cannot make is told by what openssl says, or that it is not there', async () => {
    const programs = mkdtempSync(join(folder, 'bin-'))
    const own = mkdtempSync(join(folder, 'own-'))
    const path = process.env.PATH ?? ''
    try {
      process.env.PATH = programs
      const missing = await refusal(() => loadCertificate(own, {}))
      expect(missing).toMatchObject({ code: 'missing_program', message: /^openssl is not installed/ })
      expect(missing.hint).toContain(
        'Install it: sudo apt install openssl, or give your own certificate in [tls] key and cert',
      )
      writeFileSync(join(programs, 'openssl'), '#!/bin/sh\necho "no entropy" >&2\nexit 1\n', { mode: 0o755 })
      const failed = await refusal(() => loadCertificate(own, {}))
      expect(failed.message).toBe("openssl could not make the hub's certificate: no entropy")
      expect(failed.hint).toContain('Run `openssl version` as the user ')
      const { key, cert } = await made(path)
      expect((await loadCertificate(own, { key, cert })).pin).toMatch(/^[\w-]{43}$/)
    } finally {
      process.env.PATH = path
    }
    expect((await loadCertificate(own, {})).pin).toMatch(/^[\w-]{43}$/)
  })

  async function made(path = process.env.PATH ?? ''): Promise<{ key: string; cert: string }> {
    const before = process.env.PATH
    process.env.PATH = path
    try {
      return await pair()
    } finally {
      process.env.PATH = before
    }
  }

  async function pair(): Promise<{ key: string; cert: string }> {
    const own = join(folder, 'own')
    if (!existsSync(own)) mkdirSync(own)
    await loadCertificate(own, {})
    return { key: join(own, 'tls.key'), cert: join(own, 'tls.crt') }
  }
})

describe('a data folder', () => {
  it('that cannot be made says why, and where one can be', async () => {
    const below = join(written('', 'a-file'), 'data')
    const { message, hint } = await refusal(() => makeFolder(below, 0o700))
    expect(message).toContain('is a file, not a folder')
    expect(hint).toContain('--data')
    expect(() => makeFolder(join(folder, 'another', 'place'), 0o700)).not.toThrow()
  })

  it('that is somebody else’s says whose it must be', () => {
    const denied = Object.assign(new Error('EACCES: permission denied, mkdir'), { code: 'EACCES', path: folder })
    expect(systemTrouble(denied)).toMatchObject({
      code: 'no_permission',
      hint: expect.stringMatching(`chown -R \\S+ ${folder},`),
    })
  })
})
