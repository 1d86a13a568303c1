import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { moonshine } from '../../speech/packages/speech-catalogue.ts'
import { makeBrokerKey } from '../hub/makers/broker-tls.ts'
import { ROOT } from '../source-tree.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'trusted-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Asks for a file in a process of its own, and prints how much of it came. */
const FETCHES = `
const { registrySource } = await import(process.argv[2] + '/speech/packages/tarball-source.ts')
const { moonshine } = await import(process.argv[2] + '/speech/packages/speech-catalogue.ts')
const source = await registrySource(process.argv[3])
const { bytes } = await source.open(moonshine('base').tarballs[0], 0, AbortSignal.timeout(10_000))
let all = 0
for await (const piece of bytes) all += piece.length
console.log(all)
`

it('a registry whose authority only the machine trusts is trusted, and one that nobody trusts is not', async () => {
  expect(moonshine('base').tarballs).not.toEqual([])
  const script = join(folder, 'fetches.ts')
  writeFileSync(script, FETCHES)
  const { key, cert } = makeBrokerKey(folder, 'registry')
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end('seven b'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (trusted: string) =>
    run(process.execPath, ['--disable-warning=ExperimentalWarning', script, ROOT, at], {
      env: { PATH: process.env.PATH, HOME: folder, SSL_CERT_FILE: trusted, SSL_CERT_DIR: join(folder, 'nothing') },
    })
  expect((await ask(cert)).stdout.trim()).toBe('7')
  writeFileSync(join(folder, 'empty.pem'), '')
  await expect(ask(join(folder, 'empty.pem'))).rejects.toThrow('self-signed certificate')
  server.close()
})
