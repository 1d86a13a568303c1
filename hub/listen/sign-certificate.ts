import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { opensslFailed } from './certificate.ts'

const run = promisify(execFile)

export interface ToSign {
  /** PEM; the one that it certifies. */
  key: Buffer
  /** What it is called: letters, digits, blanks and hyphens. */
  name: string
  /** As openssl writes them, a line each. */
  extensions: readonly string[]
  /** Milliseconds since 1970. */
  from: number
  until: number
}

const SCRATCH = 'certificate-'

/** Removes what was left by a hub that was killed while it signed: the key of the authority is in there. */
export function sweepSigning(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(SCRATCH)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** A key on P-256, as PEM. */
export function newCertificateKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

/**
 * A certificate as PEM, signed by an authority or, without one, by its own key. `openssl ca` signs it, because only that lets
 * a certificate begin before now in every version that is in use. Works in a folder of its own below `folder`, which is gone
 * afterwards.
 */
export async function signCertificate(
  folder: string,
  wish: ToSign,
  authority: { key: Buffer; cert: Buffer } | null,
): Promise<Buffer> {
  // For its owner alone, as mkdtemp(3) makes it.
  const scratch = mkdtempSync(join(folder, SCRATCH))
  const file = (name: string, content?: Buffer | string) => {
    const path = join(scratch, name)
    if (content !== undefined) writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  try {
    const config = file('openssl.conf', configOf(wish.extensions))
    file('index.txt', '')
    const key = file('own.key', wish.key)
    const request = file('own.csr')
    const options = { cwd: scratch }
    const subject = `/CN=${wish.name}`
    await run('openssl', ['req', '-new', '-config', config, '-key', key, '-subj', subject, '-out', request], options)
    const signer =
      authority === null
        ? ['-selfsign', '-keyfile', key]
        : ['-keyfile', file('ca.key', authority.key), '-cert', file('ca.crt', authority.cert)]
    const out = file('own.crt')
    const dates = ['-startdate', asn1Time(wish.from), '-enddate', asn1Time(wish.until)]
    const paths = ['-config', config, '-in', request, '-out', out]
    await run('openssl', ['ca', '-batch', '-notext', ...paths, ...dates, ...signer], options)
    return readFileSync(out)
  } catch (cause) {
    throw opensslFailed(cause)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function configOf(extensions: readonly string[]): string {
  return [
    '[req]',
    'distinguished_name = name',
    '[name]',
    '[ca]',
    'default_ca = house',
    '[house]',
    'database = index.txt',
    'new_certs_dir = .',
    'rand_serial = yes',
    'default_md = sha256',
    'policy = any',
    'unique_subject = no',
    'x509_extensions = extensions',
    '[any]',
    'commonName = supplied',
    '[extensions]',
    ...extensions,
    '',
  ].join('\n')
}

/** `YYYYMMDDHHMMSSZ`. */
function asn1Time(ms: number): string {
  return `${new Date(ms).toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`
}
