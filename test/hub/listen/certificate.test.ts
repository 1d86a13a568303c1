import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
})
