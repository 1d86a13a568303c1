import { execFile } from 'node:child_process'
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { runningUser } from '../../shared/running-user.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { putInPlace } from '../store/files.ts'

const run = promisify(execFile)

export interface Certificate {
  key: Buffer
  cert: Buffer
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), base64url: what agents check instead of names and dates. */
  pin: string
}

/**
 * The hub's key and certificate: the user's own where both files are given, otherwise a self-signed EC P-256 pair made
 * at first start with openssl, because Node can read certificates and not make them. Agents pin the key, so the names
 * in it do not matter to them, and its dates are ignored: a Pi may wake in 1970.
 */
export async function loadCertificate(
  folder: string,
  own: { key?: string | undefined; cert?: string | undefined },
): Promise<Certificate> {
  if ((own.key === undefined) !== (own.cert === undefined)) {
    const [given, missing] = own.key === undefined ? ['cert', 'key'] : ['key', 'cert']
    throw new LaresError('bad_config', `[tls] has a ${given} but no ${missing}`, {
      hint: `Name both, or neither: then the hub makes its own. For example ${missing} = "/etc/lares/hub.${missing}".`,
    })
  }
  const key = own.key ?? join(folder, 'tls.key')
  const cert = own.cert ?? join(folder, 'tls.crt')
  if (own.key === undefined && !(existsSync(key) && existsSync(cert))) await make(key, cert)
  const pair = { key: read(key), cert: read(cert) }
  return { ...pair, pin: checkedPin(pair, { key, cert, made: own.key === undefined }) }
}

/** Of a pair that the hub made itself and that is damaged. */
const ANEW =
  'Put both files back from a copy of the data folder. Without one remove both and start again: the hub makes new ones, and ' +
  'each agent joins again (lares edge join <token> --again).'

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const { message, hint } = systemTrouble(cause, file)
    throw new LaresError('bad_config', `cannot read the hub's certificate: ${message}`, { cause, hint })
  }
}

/** The pin, when the two files are what TLS needs and belong together. Throws `bad_config`. */
function checkedPin(
  { key, cert }: Omit<Certificate, 'pin'>,
  { made = false, ...files }: { key: string; cert: string; made?: boolean },
): string {
  const parse = <T>(file: string, what: string, run: () => T): T => {
    try {
      return run()
    } catch (cause) {
      throw new LaresError('bad_config', `${file} holds no ${what}: ${asError(cause).message}`, {
        cause,
        hint: made
          ? ANEW
          : `[tls] key and cert name PEM files; ${what === 'certificate' ? "the chain begins with the hub's own" : 'a password on the key is not supported'}.`,
      })
    }
  }
  const certificate = parse(files.cert, 'certificate', () => new X509Certificate(cert))
  const secret = parse(files.key, 'private key', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(secret))
    throw new LaresError('bad_config', `${files.key} is not the key of ${files.cert}`, {
      hint: made ? ANEW : 'Name the two files that were made together in [tls] key and cert.',
    })
  return pinOf(certificate)
}

export function pinOf(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64url')
}

/**
 * Node makes the key and writes both files, so that what the disk refuses is its own error: openssl says of a folder only that
 * it cannot open a file, and of a full disk nothing at all. Neither takes its place before both are what TLS needs. A key that
 * is there stays, because agents know the hub by it: only its certificate is made.
 */
async function make(key: string, cert: string): Promise<void> {
  const files = { key: `${key}.part`, cert: `${cert}.part` }
  const isNew = !existsSync(key)
  const from = isNew ? files.key : key
  try {
    if (isNew) writePrivate(files.key, newKey())
    const pair = { key: read(from), cert: await selfSigned(from) }
    checkedPin(pair, { key: from, cert: files.cert })
    writePrivate(files.cert, pair.cert)
    if (isNew) putInPlace(files.key, key)
    putInPlace(files.cert, cert)
  } finally {
    for (const file of Object.values(files)) rmSync(file, { force: true })
  }
}

function newKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

/** A certificate of this key for twenty years, as PEM. */
async function selfSigned(key: string): Promise<Buffer> {
  const names = 'subjectAltName=DNS:lares.local,DNS:localhost,IP:127.0.0.1'
  const args = ['req', '-new', '-x509', '-key', key, '-days', '7300', '-subj', '/CN=lares hub', '-addext', names]
  try {
    return Buffer.from((await run('openssl', args)).stdout)
  } catch (cause) {
    throw opensslFailed(cause)
  }
}

function writePrivate(file: string, bytes: Buffer): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600 })
  } catch (cause) {
    const { code, message, hint } = systemTrouble(cause, dirname(file))
    throw new LaresError(code, `cannot make the hub's certificate: ${message}`, { cause, hint })
  }
}

export function opensslFailed(cause: unknown): LaresError {
  const own = 'or give your own certificate in [tls] key and cert.'
  const { code, stderr } = cause as { code?: string | number; stderr?: string }
  if (code === 'ENOENT')
    return new LaresError('missing_program', "openssl is not installed, which makes the hub's certificate", {
      cause,
      hint: `Install it: sudo apt install openssl, ${own}`,
    })
  const last = cutText(cleanText(stderr?.trim().split('\n').at(-1) ?? ''), 200) || asError(cause).message
  return new LaresError('internal', `openssl could not make the hub's certificate: ${last}`, {
    cause,
    hint: `Run \`openssl version\` as the user ${runningUser()} to see whether it works, ${own}`,
  })
}
