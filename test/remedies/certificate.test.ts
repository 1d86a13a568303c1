import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
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
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../hub/listen/certificate.ts'
import { asPattern } from './lib/as-pattern.ts'
import { refusal } from './lib/refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-remedies-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PIN = /^[\w-]{43}$/

function written(text: string | Buffer, name: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('a certificate', () => {
  it('that has no key is told what is missing, as it is written', async () => {
    const { key, cert } = await made()
    const { message, hint } = await refusal(() => loadCertificate(folder, { cert }))
    expect(message).toBe('[tls] has a cert but no key')
    expect(hint).toMatch(
      asPattern('Name both, or neither: then the hub makes its own. For example … = "/etc/lares/hub.…".'),
    )
    const named = parse(/For example (.*)\.$/.exec(hint)?.[1] ?? '')
    expect(Object.keys(named)).toEqual(['key'])
    expect((await loadCertificate(folder, { key, cert })).pin).toMatch(PIN)
    expect((await loadCertificate(mkdtempSync(join(folder, 'neither-')), {})).pin).toMatch(PIN)
  })

  it('and a key that do not belong together are told so before anything listens', async () => {
    const { key, cert } = await made()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const other = written(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'other.key')
    const { message, hint } = await refusal(() => loadCertificate(folder, { key: other, cert }))
    expect(message).toMatch(/is not the key of/)
    expect(hint).toMatch(asPattern('Name the two files that were made together in [tls] key and cert.'))
    expect((await loadCertificate(folder, { key, cert })).pin).toMatch(PIN)
  })

  it('or a key that is none is told which form it must have, and is taken in that', async () => {
    const { key, cert } = await made()
    const none = written('x', 'none.pem')
    const wrong = await refusal(() => loadCertificate(folder, { key, cert: none }))
    expect(wrong.message).toMatch(/no certificate/)
    expect(wrong.hint).toMatch(asPattern('[tls] key and cert name PEM files; ….'))
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' }
    const locked = written(privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }) as string, 'locked.key')
    const { message, hint } = await refusal(() => loadCertificate(folder, { key: locked, cert }))
    expect(message).toMatch(/no private key/)
    expect(hint).toContain('a password on the key is not supported')
    copyFileSync(key, locked)
    copyFileSync(cert, none)
    expect((await loadCertificate(folder, { key: locked, cert: none })).pin).toMatch(PIN)
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
      expect((await loadCertificate(full, {})).pin).toMatch(PIN)
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
      expect((await loadCertificate(own, { key, cert })).pin).toMatch(PIN)
    } finally {
      process.env.PATH = path
    }
    expect((await loadCertificate(own, {})).pin).toMatch(PIN)
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
