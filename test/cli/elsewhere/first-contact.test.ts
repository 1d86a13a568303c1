import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createPlain } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { lookAtHub } from '../../../cli/elsewhere/first-look.ts'
import { meetHub, questionOf, readFingerprint } from '../../../cli/elsewhere/known-hub.ts'
import type { PageTrust } from '../../../cli/elsewhere/page-trust.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { asPattern } from '../../remedies/lib/as-pattern.ts'
import { foreignAuthority, type HouseParts, type HouseServer, newAuthority, send, startHouse } from './house-server.ts'

const DAY_MS = 86_400_000
const open: HouseServer[] = []
afterEach(async () => {
  for (const house of open.splice(0)) await house.stop()
})

async function house(parts: HouseParts = {}): Promise<HouseServer> {
  const started = await startHouse(parts)
  open.push(started)
  return started
}

const at = ({ port }: { port: number }, host = 'localhost') => ({ host, port })
const fingerprintOf = ({ authority }: HouseServer) => authority.certificate.fingerprint256
const trustOf = ({ authority }: HouseServer): PageTrust => ({
  kind: 'authority',
  pem: authority.certificate.toString(),
})

function meet(place: { host: string; port: number }, how: { before?: PageTrust; fingerprint?: string } = {}) {
  const { before, fingerprint } = how
  return meetHub(place, { before, fingerprint, clock: systemClock, say: () => {} })
}

describe('a hub that is met for the first time', () => {
  it('is known by the authority of its house, whose fingerprint is the one that the hub shows', async () => {
    const one = await house()
    const met = await meet(at(one), { fingerprint: fingerprintOf(one) })
    expect(met).toMatchObject({ base: 'lares', trust: { kind: 'authority' } })
    expect((met.trust as { pem: string }).pem).toBe(one.authority.certificate.toString())
  })

  it('is not trusted where nobody has compared, and was told nothing that is secret', async () => {
    const one = await house()
    await expect(meet(at(one))).rejects.toMatchObject({
      code: 'confirm_needed',
      message: expect.stringContaining(fingerprintOf(one)),
      hint: expect.stringMatching(
        asPattern(
          'Compare it with what the machine of the hub shows (sudo lares setup, or lares hub status), and write that one as --fingerprint.',
        ),
      ),
    })
    expect(one.asked.map(({ what, cookie }) => [what, cookie])).toEqual([['GET /session', undefined]])
  })

  it('is refused where it has another fingerprint than the one that was given', async () => {
    const one = await house()
    const other = await newAuthority()
    await expect(meet(at(one), { fingerprint: other.certificate.fingerprint256 })).rejects.toMatchObject({
      code: 'wrong_pin',
      hint: 'Look at the machine of the hub which it has: sudo lares setup, or lares hub status; of a certificate of your own, openssl x509 -noout -fingerprint -sha256 -in CERT. Is it that one, write it as --fingerprint; if not, somebody stands between.',
    })
  })

  it('is told to have the certificate of another name, before anybody compares', async () => {
    const one = await house({ names: 'DNS:lares.local,IP:127.0.0.1' })
    await expect(meet(at(one), { fingerprint: fingerprintOf(one) })).rejects.toMatchObject({
      code: 'wrong_pin',
      message: expect.stringContaining('lares.local'),
      hint: 'Log in by a name or an address that stands in it, or name this one in hub.toml, [web] hosts.',
    })
    expect(await meet(at(one, '127.0.0.1'), { fingerprint: fingerprintOf(one) })).toMatchObject({ base: 'lares' })
    expect(one.asked).toHaveLength(1)
  })

  it.each([
    ['has ended', { from: Date.now() - 3 * DAY_MS, until: Date.now() - DAY_MS }, 'has expired'],
    ['has not begun', { from: Date.now() + DAY_MS, until: Date.now() + 3 * DAY_MS }, 'is not valid yet'],
  ])('whose certificate %s is told so, and that a clock may be wrong', async (_says, dates, words) => {
    const one = await house(dates)
    await expect(meet(at(one), { fingerprint: fingerprintOf(one) })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(new RegExp(`${words}.*clock`)),
      hint: 'Look at the clock of both machines: timedatectl. The hub renews its certificate by itself where its clock is right.',
    })
  })

  it('with a certificate of its own is known by that alone', async () => {
    const one = await house({ isAlone: true })
    const own = new X509Certificate(one.cert).fingerprint256
    await expect(meet(at(one))).rejects.toMatchObject({
      code: 'confirm_needed',
      hint: 'Write as --fingerprint what the machine of the hub shows for the certificate that [tls] cert of hub.toml names: openssl x509 -noout -fingerprint -sha256 -in CERT.',
    })
    const met = await meet(at(one), { fingerprint: own })
    expect(met.trust).toEqual({ kind: 'certificate', pem: new X509Certificate(one.cert).toString() })
    const renewed = await house({ isAlone: true })
    await expect(meet(at(renewed), { before: met.trust })).rejects.toMatchObject({ code: 'confirm_needed' })
  })

  it('is not known by an authority that may sign for others too', async () => {
    const one = await house({ authority: await foreignAuthority() })
    const { trust, fingerprint } = await lookAtHub(at(one), systemClock)
    expect(trust.kind).toBe('certificate')
    expect(await meet(at(one), { fingerprint })).toMatchObject({ trust })
    const next = await house({ authority: one.authority })
    await expect(meet(at(next), { before: trust })).rejects.toMatchObject({ code: 'confirm_needed' })
  })

  it('is not known by an authority that did not sign its certificate, however it is called', async () => {
    const one = await house({ isAlone: true })
    expect((await lookAtHub(at(one), systemClock)).trust.kind).toBe('certificate')
  })
})

describe('a hub that is known', () => {
  it('is not asked for again, also with a new certificate of the same authority', async () => {
    const one = await house()
    const renewed = await house({ authority: one.authority })
    expect(await meet(at(renewed), { before: trustOf(one) })).toMatchObject({ trust: trustOf(one) })
  })

  it('and shows another authority is not believed, and the question names both', async () => {
    const one = await house()
    const other = await house()
    await expect(meet(at(other), { before: trustOf(one) })).rejects.toMatchObject({ code: 'confirm_needed' })
    const words = questionOf('localhost', await lookAtHub(at(other), systemClock), trustOf(one))
    expect(words).toContain('CAREFUL')
    for (const house of [one, other]) expect(words.split('\n')).toContain(`  ${fingerprintOf(house)}`)
  })
})

describe('a server that is no hub', () => {
  const NO_HUB = {
    code: 'unreachable',
    message: expect.stringContaining('is no hub of Lares, or one that is too old'),
    hint: 'Look at the address and the port: lares hub status on the machine of the hub shows that of its page.',
  }

  it.each<[string, NonNullable<HouseParts['answer']>]>([
    ['is another page', (_request, response) => response.end('<h1>hello</h1>')],
    ['leads elsewhere', (_request, response) => response.writeHead(302, { location: 'https://example.com/' }).end()],
    ['has no such path', (_request, response) => send(response, 404, { error: 'none' })],
    ['says something else', (_request, response) => send(response, 401, { base: 7 })],
    [
      'never ends its answer',
      (_request, response) => {
        const more = () => {
          while (response.write('x'.repeat(65_536)));
          response.once('drain', more)
        }
        more()
      },
    ],
  ])('%s: it is told so', async (_says, answer) => {
    const one = await house({ answer })
    await expect(meet(at(one), { fingerprint: fingerprintOf(one) })).rejects.toMatchObject(NO_HUB)
  })

  it('says more than an answer can have: nothing of it is believed', async () => {
    const one = await house({
      answer: (_request, response) => send(response, 401, { base: 'lares', now: 1, more: 'x'.repeat(1_000_000) }),
    })
    await expect(meet(at(one), { fingerprint: fingerprintOf(one) })).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('is waited for no longer than a person would, however slowly it answers', async () => {
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    const one = await house({
      answer: (_request, response) => {
        response.write('{')
        isAsked()
      },
    })
    const clock = new ManualClock(Date.now())
    const meeting = meetHub(at(one), { before: trustOf(one), fingerprint: undefined, clock, say: () => {} })
    const told = expect(meeting).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no whole answer in 15 s'),
      hint: 'Look at the address and its port (that of the page, usually 8443), the network, and whether the hub runs.',
    })
    await asked
    clock.advance(15_000)
    await told
  }, 20_000)

  it('speaks no TLS: it is told so', async () => {
    const plain = createPlain((_request, response) => response.end())
    plain.listen(0, '127.0.0.1')
    await once(plain, 'listening')
    await expect(meet({ host: '127.0.0.1', port: (plain.address() as AddressInfo).port })).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'Name the port of the page: lares hub status on the machine of the hub shows it, usually 8443.',
    })
    plain.close()
  })

  it('is not there: it is told so', async () => {
    const one = await startHouse()
    await one.stop()
    await expect(meet(at(one))).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'Look at the address and whether the hub runs; its page is opened to the house in hub.toml: [listen] https = "0.0.0.0:8443".',
    })
    await expect(meet({ host: 'nobody.invalid', port: 8443 })).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'Look how it is spelt and whether this machine is in the network of the house, or write the address: lares login 192.168.1.5.',
    })
  })
})

describe('a fingerprint', () => {
  const plain = 'ab'.repeat(32)
  it.each([
    plain,
    plain.toUpperCase(),
    (plain.match(/../g) ?? []).join(':'),
    `sha256 Fingerprint=${plain}`,
    ` ${plain}\n`,
  ])('is read as %j', (text) => expect(readFingerprint(text)).toBe(Array(32).fill('AB').join(':')))

  it('is read whole or not at all', () => {
    expect(() => readFingerprint('AB:CD')).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        hint: 'Copy all of it from the machine of the hub: sudo lares setup, or lares hub status.',
      }),
    )
  })
})
