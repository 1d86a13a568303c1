import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { join } from 'node:path'
import { asError, LaresError } from '../../shared/errors.ts'
import { putPrivateFile } from './private-file.ts'
import { newCertificateKey, signCertificate } from './sign-certificate.ts'

/** The authority of one house: whoever trusts it trusts every certificate of its page, and of nothing else. */
export interface HouseAuthority {
  key: Buffer
  cert: Buffer
  certificate: X509Certificate
}

const DAY_MS = 86_400_000
/** A browser whose clock is a day behind takes it at once. */
export const BACKDATED_MS = 2 * DAY_MS
const AUTHORITY_DAYS = 3_650
/** Names that no domain of the world ends in. Not `fritz.box`: since 2024 that is one (https://data.iana.org/TLD has `box`). */
const ENDINGS = ['local', 'localhost', 'lan', 'home.arpa', 'internal']
/** Networks that are nobody's: of a house, of this machine, and what a machine gives itself. */
const NETWORKS = [
  ['10.0.0.0', 8, '255.0.0.0'],
  ['172.16.0.0', 12, '255.240.0.0'],
  ['192.168.0.0', 16, '255.255.0.0'],
  ['169.254.0.0', 16, '255.255.0.0'],
  ['127.0.0.0', 8, '255.0.0.0'],
  ['fc00::', 7, 'fe00::'],
  ['fe80::', 10, 'ffc0::'],
  ['::1', 128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const

const PRIVATE = new BlockList()
for (const [network, bits] of NETWORKS) PRIVATE.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4')

/** Whether a name or an address may stand in a certificate of the house: the authority can vouch for no other. */
export function isOfHouse(host: string): boolean {
  const family = isIP(host)
  if (family !== 0) return PRIVATE.check(host, family === 6 ? 'ipv6' : 'ipv4')
  return ENDINGS.some((ending) => host === ending || host.endsWith(`.${ending}`))
}

/**
 * The one of this data folder, made where there is none: ten years, and only for names that end as those of a house do, and
 * for private addresses. A key that got lost or was stolen is then worth nothing for any bank.
 */
export async function loadAuthority(folder: string, now: number): Promise<HouseAuthority> {
  const files = { key: join(folder, 'ca.key'), cert: join(folder, 'ca.crt') }
  if (existsSync(files.key) && existsSync(files.cert)) {
    const known = readAuthority(files)
    if (known.certificate.validToDate.getTime() - now > 400 * DAY_MS) return known
  }
  const key = newCertificateKey()
  const mark = createHash('sha256').update(key).digest('hex').substring(0, 6)
  const from = now - BACKDATED_MS
  const wish = { key, name: `Lares house ${mark}`, from, until: from + AUTHORITY_DAYS * DAY_MS }
  const cert = await signCertificate(folder, { ...wish, extensions: AUTHORITY_EXTENSIONS }, null)
  putPrivateFile(files.key, key)
  putPrivateFile(files.cert, cert)
  return readAuthority(files)
}

const PERMITTED = [
  ...ENDINGS.map((ending) => `DNS:${ending}`),
  ...NETWORKS.map(([network, , mask]) => `IP:${network}/${mask}`),
]
const AUTHORITY_EXTENSIONS = [
  'basicConstraints = critical,CA:TRUE,pathlen:0',
  'keyUsage = critical,keyCertSign,cRLSign',
  // No client and no program is vouched for. Browsers and phones read it of an authority as a limit of what it signs.
  'extendedKeyUsage = serverAuth',
  'subjectKeyIdentifier = hash',
  `nameConstraints = critical,${PERMITTED.map((one) => `permitted;${one}`).join(',')}`,
]

/** Throws `bad_config` where the two are damaged or do not belong together: whoever trusts the authority must not be given another one by itself. */
function readAuthority(files: { key: string; cert: string }): HouseAuthority {
  const key = readFileSync(files.key)
  const cert = readFileSync(files.cert)
  try {
    const certificate = new X509Certificate(cert)
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('the one is not the key of the other')
    return { key, cert, certificate }
  } catch (cause) {
    throw new LaresError('bad_config', `${files.key} and ${files.cert} are damaged: ${asError(cause).message}`, {
      cause,
      hint: 'Put both back from a backup. Without one remove both and restart the hub: it makes new ones, which each browser and phone has to trust anew.',
    })
  }
}
