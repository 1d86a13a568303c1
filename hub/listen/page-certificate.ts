import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, inOneLine } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { BACKDATED_MS, type HouseAuthority, isOfHouse, loadAuthority } from './house-authority.ts'
import { putPrivateFile } from './private-file.ts'
import { newCertificateKey, signCertificate, sweepSigning } from './sign-certificate.ts'

interface Pair {
  key: Buffer
  cert: Buffer
}

/** What is wrong with the certificate of the page. `isNote`: only worth knowing. */
export interface CertificateProblem {
  message: string
  hint?: string
  isNote?: true
}

export interface PageCertificateParts {
  folder: string
  /** The hub's own pair, or the one that a person gave. */
  hub: Pair
  /** Whether a person gave it: then the page has it too, and the house needs no authority. */
  isOwn: boolean
  /** Names and addresses beside those of this machine. */
  names: readonly string[]
  /** Addresses of this machine. May throw. */
  addresses: () => readonly string[]
  clock: Clock
  log: Log
  /** What is wrong with it, or `null`. */
  told: (problem: CertificateProblem | null) => void
  /** Takes another pair from now on. */
  changed: (pair: Pair) => void
  machine?: () => string
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** No browser takes one that is good for longer than 398 days. */
const LEAF_MS = 397 * DAY_MS
const RENEW_MS = 30 * DAY_MS
const TELL_MS = 14 * DAY_MS
/** Before the clock of a machine is set it may be any time: nothing is signed then. */
const PLAUSIBLE_MS = Date.UTC(2025, 0, 1)
/** `lares.local` and this machine, by every name that it has itself. */
const ALWAYS = ['lares.local', 'localhost', '127.0.0.1', '::1']

/**
 * The certificate of the page: signed by the authority of the house for all names and addresses by which the hub is reached,
 * and renewed before it ends and when these change, without a restart. Agents know the hub by its key on 8883, which stays.
 */
export class PageCertificate implements Service {
  #parts: PageCertificateParts
  #pair: Pair
  #authority: HouseAuthority | null = null
  #looking: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}

  constructor(parts: PageCertificateParts) {
    this.#parts = parts
    this.#pair = parts.hub
  }

  get pair(): Pair {
    return this.#pair
  }

  /** The certificate of the house's authority, in DER; `null`: there is none. */
  get authority(): Buffer | null {
    return this.#authority?.certificate.raw ?? null
  }

  /** SHA-256 of that, as browsers and phones show it. */
  get fingerprint(): string | null {
    return this.#authority?.certificate.fingerprint256 ?? null
  }

  /** The page need not wait: it has the hub's own until there is one of the house. */
  start(): void {
    sweepSigning(this.#parts.folder)
    this.#looking = this.#look()
    this.#cancel = this.#parts.clock.every(HOUR_MS, () => {
      this.#looking = this.#looking.then(() => this.#look())
    })
  }

  /** Resolves when it has what there is to have. */
  ready(): Promise<void> {
    return this.#looking
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#looking
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { isOwn, clock, log, told, changed } = this.#parts
    try {
      if (!isOwn && clock.now() >= PLAUSIBLE_MS) {
        const pair = await this.#ofHouse()
        if (!pair.cert.equals(this.#pair.cert)) {
          this.#pair = pair
          changed(pair)
        }
      }
      told(this.#ending())
    } catch (error) {
      log.warn({ error: asError(error).message }, 'the certificate of the page could not be made')
      told({ message: `the certificate of the page could not be made: ${inOneLine(error)}` })
    }
  }

  /** The one that lies there, where it is good for all names and long enough; else a new one. */
  async #ofHouse(): Promise<Pair> {
    const { folder, clock } = this.#parts
    const now = clock.now()
    this.#authority = await loadAuthority(folder, now)
    const names = this.#names()
    const files = { key: join(folder, 'page.key'), cert: join(folder, 'page.crt') }
    const known = existsSync(files.key) && existsSync(files.cert) ? readPair(files) : null
    if (known && isGood(known, this.#authority, { names, now })) return known
    const key = newCertificateKey()
    const from = now - BACKDATED_MS
    const wish = { key, name: 'lares.local', extensions: leafExtensions(names), from, until: from + LEAF_MS }
    const cert = await signCertificate(folder, wish, this.#authority)
    // A phone that trusts the authority need not have the certificate of it at hand.
    const pair = { key, cert: Buffer.concat([cert, this.#authority.cert]) }
    putPrivateFile(files.key, pair.key)
    putPrivateFile(files.cert, pair.cert)
    return pair
  }

  /** Sorted, each once. */
  #names(): string[] {
    const { names, addresses, machine = hostname } = this.#parts
    const own = machine().toLowerCase()
    const all = [...ALWAYS, own, `${own.split('.')[0]}.local`, ...names, ...addressesOf(addresses)]
    return [...new Set(all)].filter((name) => isOfHouse(name)).sort()
  }

  /** What is wrong with the one in use: it ends soon, or is none for a name that a person wants. */
  #ending(): CertificateProblem | null {
    const { isOwn, clock, names } = this.#parts
    const left = new X509Certificate(this.#pair.cert).validToDate.getTime() - clock.now()
    if (left < TELL_MS) {
      const when = left < 0 ? 'has ended' : `ends in ${Math.floor(left / DAY_MS)} days`
      const hint = isOwn
        ? 'Put newer files in the place of [tls] key and cert of hub.toml, and restart the hub.'
        : 'The hub renews it by itself: look whether its clock is right (timedatectl), and restart it.'
      return { message: `the certificate of the page ${when}`, hint }
    }
    const strange = isOwn ? undefined : names.find((name) => !isOfHouse(name))
    if (strange === undefined) return null
    return {
      message: `the authority of the house cannot vouch for ${strange}, which [web] hosts of hub.toml names`,
      hint: 'Name a certificate for it in [tls] key and cert of hub.toml, or reach the page by lares.local or an address of the house.',
      // A proxy that has the name may have a certificate for it.
      isNote: true,
    }
  }
}

function addressesOf(addresses: () => readonly string[]): readonly string[] {
  try {
    return addresses()
  } catch {
    // A service may be forbidden to ask the kernel: names remain.
    return []
  }
}

function leafExtensions(names: readonly string[]): string[] {
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`)
  return [
    'basicConstraints = critical,CA:FALSE',
    'keyUsage = critical,digitalSignature',
    'extendedKeyUsage = serverAuth',
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    `subjectAltName = ${alternatives.join(',')}`,
  ]
}

function isGood(pair: Pair, authority: HouseAuthority, wanted: { names: readonly string[]; now: number }): boolean {
  const { names, now } = wanted
  try {
    const certificate = new X509Certificate(pair.cert)
    const left = certificate.validToDate.getTime() - now
    const covers = (name: string) =>
      isIP(name) === 0 ? certificate.checkHost(name) !== undefined : certificate.checkIP(name) !== undefined
    return (
      left > RENEW_MS &&
      certificate.validFromDate.getTime() <= now &&
      // A power cut may have come between the two files.
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      certificate.verify(authority.certificate.publicKey) &&
      names.every(covers)
    )
  } catch {
    return false
  }
}

function readPair(files: { key: string; cert: string }): Pair {
  return { key: readFileSync(files.key), cert: readFileSync(files.cert) }
}
