import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type Server } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../../hub/listen/certificate.ts'
import { isOfHouse, loadAuthority } from '../../../hub/listen/house-authority.ts'
import { PageCertificate, type PageCertificateParts } from '../../../hub/listen/page-certificate.ts'
import { newCertificateKey, signCertificate } from '../../../hub/listen/sign-certificate.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

const DAY_MS = 86_400_000
const TOLD: string[] = []
let folder: string
let server: Server | null = null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-page-certificate-'))
  TOLD.splice(0)
})
afterEach(() => {
  server?.close()
  server = null
  rmSync(folder, { recursive: true })
})

async function page(more: Partial<PageCertificateParts> = {}, clock = new ManualClock(Date.now())) {
  const changes: { key: Buffer; cert: Buffer }[] = []
  const hub = more.hub ?? (await loadCertificate(folder, {}))
  const own = new PageCertificate({
    ...{ folder, hub, isOwn: false, names: [], addresses: () => ['192.168.1.5'], clock, log: silentLog },
    machine: () => 'hearth.lan',
    told: (problem) => void TOLD.push(...(problem === null ? ['well'] : [problem.message, problem.hint ?? ''])),
    changed: (pair) => void changes.push(pair),
    ...more,
  })
  own.start()
  await own.ready()
  return { own, clock, changes, hub }
}

/** What a browser finds that trusts this authority and asks for a name. */
async function asked(pair: { key: Buffer; cert: Buffer }, authority: Buffer, name: string): Promise<string> {
  const listening = createServer(pair, (peer) => peer.end())
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as { port: number }
  const isAddress = /^[\d.]+$/.test(name)
  try {
    return await new Promise<string>((resolve) => {
      const ca = new X509Certificate(authority).toString()
      const socket = connect({ port, host: '127.0.0.1', ca, ...(isAddress ? {} : { servername: name }) }, () =>
        resolve('trusted'),
      )
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.message))
      socket.on('close', () => resolve('closed'))
    })
  } finally {
    listening.close()
  }
}

describe('the certificate of the page', () => {
  it('is trusted by whoever trusts the authority of the house, by every name and address of the hub', async () => {
    const { own } = await page()
    const authority = own.authority ?? Buffer.alloc(0)
    for (const name of ['lares.local', 'localhost', 'hearth.lan', 'hearth.local', '127.0.0.1'])
      expect([name, await asked(own.pair, authority, name)]).toEqual([name, 'trusted'])
    expect(new X509Certificate(own.pair.cert).checkIP('192.168.1.5')).toBe('192.168.1.5')
    expect(own.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(TOLD).toEqual(['well'])
    const other = await loadAuthority(mkdtempSync(join(folder, 'other-')), Date.now())
    expect(await asked(own.pair, other.certificate.raw, 'lares.local')).not.toBe('trusted')
  })

  it('is good for 398 days at most, and for a browser whose clock is a day behind', async () => {
    const { own, clock } = await page()
    const { validFromDate, validToDate } = new X509Certificate(own.pair.cert)
    expect(validToDate.getTime() - validFromDate.getTime()).toBeLessThanOrEqual(398 * DAY_MS)
    expect(validFromDate.getTime()).toBeLessThanOrEqual(clock.now() - DAY_MS)
  })

  it('comes of an authority that can vouch for no name of the world, whoever has its key', async () => {
    await page()
    const authority = await loadAuthority(folder, Date.now())
    const key = newCertificateKey()
    const forged = async (name: string) => {
      const extensions = ['basicConstraints = CA:FALSE', `subjectAltName = DNS:${name}`]
      const wish = { key, name: 'x', extensions, from: Date.now() - DAY_MS, until: Date.now() + DAY_MS }
      return { key, cert: await signCertificate(folder, wish, authority) }
    }
    expect(await asked(await forged('bank.example'), authority.certificate.raw, 'bank.example')).toBe(
      'permitted subtree violation',
    )
    expect(await asked(await forged('door.local'), authority.certificate.raw, 'door.local')).toBe('trusted')
    expect(['b.local', 'a.lan', '10.1.2.3', 'fd00::1', '::1'].map(isOfHouse)).toEqual(Array(5).fill(true))
    expect(
      ['house.example', 'pi.fritz.box', 'notlocal', '8.8.8.8', '2001:db8::1', 'local.example'].map(isOfHouse),
    ).toEqual(Array(6).fill(false))
  })

  it('comes of an authority that vouches for servers alone', async () => {
    await page()
    const { certificate } = await loadAuthority(folder, Date.now())
    // id-kp-serverAuth, RFC 5280, 4.2.1.12
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('is not made by an authority whose two files do not belong together, and no other one takes its place', async () => {
    await page()
    const cert = readFileSync(join(folder, 'ca.crt'))
    writeFileSync(join(folder, 'ca.key'), newCertificateKey())
    await expect(loadAuthority(folder, Date.now())).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('is not the key of'),
      hint: 'Put both back from a backup. Without one remove both and restart the hub: it makes new ones, which each browser and phone has to trust anew.',
    })
    expect(readFileSync(join(folder, 'ca.crt')).equals(cert)).toBe(true)
    for (const name of ['ca.key', 'ca.crt']) rmSync(join(folder, name))
    expect((await page()).own.fingerprint).toMatch(/:/)
  })

  it('leaves no key of the authority behind when the hub is killed while one is signed', async () => {
    const { own } = await page()
    const openssl = join(folder, 'openssl')
    writeFileSync(openssl, '#!/bin/sh\ncase $1 in req) : > own.csr ;; *) kill -9 $PPID ;; esac\n', { mode: 0o755 })
    const signing = new URL('../../../hub/listen/sign-certificate.ts', import.meta.url).href
    const program = `
      import { readFileSync } from 'node:fs'
      import { newCertificateKey, signCertificate } from ${JSON.stringify(signing)}
      const [key, cert] = ['ca.key', 'ca.crt'].map((name) => readFileSync(${JSON.stringify(folder)} + '/' + name))
      await signCertificate(${JSON.stringify(folder)}, { key: newCertificateKey(), name: 'x', extensions: [], from: 0, until: 1 }, { key, cert })`
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env })
    expect(signal).toBe('SIGKILL')
    const [left = ''] = readdirSync(folder).filter((name) => name.startsWith('certificate-'))
    expect(readdirSync(join(folder, left))).toContain('ca.key')
    expect(statSync(join(folder, left)).mode & 0o777).toBe(0o700)
    rmSync(openssl)
    expect((await page()).own.pair).toEqual(own.pair)
    expect(readdirSync(folder).filter((name) => name.startsWith('certificate-'))).toEqual([])
  })

  it('stays over a start, as its authority does, and leaves nothing behind that others read', async () => {
    const first = await page()
    const second = await page()
    expect(second.own.pair).toEqual(first.own.pair)
    expect(second.own.fingerprint).toBe(first.own.fingerprint)
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777])
    expect(modes).toEqual(
      ['ca.crt', 'ca.key', 'page.crt', 'page.key', 'tls.crt', 'tls.key'].map((name) => [name, 0o600]),
    )
  })

  it('is renewed before it ends, without a restart and by the same authority', async () => {
    const { own, clock, changes } = await page()
    const authority = own.fingerprint
    await clock.advance(360 * DAY_MS)
    await own.ready()
    expect(changes).toHaveLength(1)
    await clock.advance(10 * DAY_MS)
    await own.ready()
    expect(changes).toHaveLength(2)
    expect(own.fingerprint).toBe(authority)
    expect(new X509Certificate(own.pair.cert).validToDate.getTime()).toBeGreaterThan(clock.now() + 380 * DAY_MS)
  })

  it.each([
    ['of another certificate', () => newCertificateKey()],
    ['that is damaged', () => Buffer.from('no key')],
  ])('is made anew where its key is one %s', async (_what, key) => {
    await page()
    writeFileSync(join(folder, 'page.key'), key())
    const { own } = await page()
    expect(await asked(own.pair, own.authority ?? Buffer.alloc(0), 'lares.local')).toBe('trusted')
    expect(readFileSync(join(folder, 'page.key'))).toEqual(own.pair.key)
  })

  it('is made anew when the hub has another address, and not when it lost one', async () => {
    let addresses = ['192.168.1.5']
    const { own, clock, changes } = await page({ addresses: () => addresses })
    addresses = []
    await clock.advance(3_600_000)
    await own.ready()
    expect(changes).toHaveLength(1)
    addresses = ['192.168.1.77']
    await clock.advance(3_600_000)
    await own.ready()
    expect(changes).toHaveLength(2)
    expect(new X509Certificate(own.pair.cert).checkIP('192.168.1.77')).toBe('192.168.1.77')
  })

  it("is the hub's own where that is a person's, without an authority, and is told before it ends", async () => {
    const hub = await loadCertificate(folder, {})
    const clock = new ManualClock(Date.now())
    const { own } = await page({ hub, isOwn: true }, clock)
    expect([own.pair, own.authority, own.fingerprint]).toEqual([hub, null, null])
    expect(readdirSync(folder)).toEqual(['tls.crt', 'tls.key'])
    const end = new X509Certificate(hub.cert).validToDate.getTime()
    const late = await page({ hub, isOwn: true }, new ManualClock(end - 10 * DAY_MS))
    expect(TOLD.slice(-2)).toEqual([
      'the certificate of the page ends in 10 days',
      'Put newer files in the place of [tls] key and cert of hub.toml, and restart the hub.',
    ])
    late.own.stop()
  })

  it('says for which name of [web] hosts the authority cannot vouch', async () => {
    await page({ names: ['house.example', 'attic.lan'] })
    expect(TOLD).toEqual([
      'the authority of the house cannot vouch for house.example, which [web] hosts of hub.toml names',
      'Name a certificate for it in [tls] key and cert of hub.toml, or reach the page by lares.local or an address of the house.',
    ])
  })

  it("is the hub's own while none can be made, which is told, and made once the cause is gone", async () => {
    const hub = await loadCertificate(folder, {})
    writeFileSync(join(folder, 'ca.key'), 'no key')
    writeFileSync(join(folder, 'ca.crt'), 'no certificate')
    const { own, clock } = await page({ hub })
    expect(own.pair).toEqual(hub)
    expect(TOLD.at(-2)).toContain('the certificate of the page could not be made')
    for (const name of ['ca.key', 'ca.crt']) rmSync(join(folder, name))
    await clock.advance(3_600_000)
    await own.ready()
    expect(TOLD.at(-1)).toBe('well')
    expect(readFileSync(join(folder, 'page.crt'))).toEqual(own.pair.cert)
  })

  it('is not made while the clock of the hub is not set', async () => {
    const clock = new ManualClock(0)
    const { own, hub } = await page({}, clock)
    expect(own.pair).toEqual(hub)
    expect(readdirSync(folder)).toEqual(['tls.crt', 'tls.key'])
  })
})
