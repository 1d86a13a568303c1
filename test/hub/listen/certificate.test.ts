import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../../hub/listen/certificate.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-certificate-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe("the hub's own certificate", () => {
  it('is made anew when it is lost, for the key that agents know the hub by', async () => {
    const first = await loadCertificate(folder, {})
    rmSync(join(folder, 'tls.crt'))
    const second = await loadCertificate(folder, {})
    expect(second.pin).toBe(first.pin)
    expect(readFileSync(join(folder, 'tls.key'))).toEqual(first.key)
  })

  it('can be read by nobody else, however the files of this user are made otherwise', async () => {
    const before = process.umask(0)
    try {
      await loadCertificate(folder, {})
    } finally {
      process.umask(before)
    }
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777])
    expect(modes).toEqual([
      ['tls.crt', 0o600],
      ['tls.key', 0o600],
    ])
  })

  it('is refused when its key is that of another, and nothing takes its place', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    await loadCertificate(folder, {})
    await loadCertificate(other, {})
    copyFileSync(join(other, 'tls.key'), join(folder, 'tls.key'))
    await expect(loadCertificate(folder, {})).rejects.toMatchObject({ code: 'bad_config' })
    expect(readFileSync(join(folder, 'tls.key'))).toEqual(readFileSync(join(other, 'tls.key')))
  })
})
