import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LaresError } from '../shared/errors.ts'
import { putInPlace } from './store/files.ts'

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
  const key = own.key ?? join(folder, 'tls.key')
  const cert = own.cert ?? join(folder, 'tls.crt')
  if (own.key === undefined && own.cert === undefined && !(existsSync(key) && existsSync(cert))) await make(key, cert)
  const read = (file: string) => {
    try {
      return readFileSync(file)
    } catch (cause) {
      throw new LaresError('bad_config', `cannot read ${file}`, {
        cause,
        hint: 'Give both [tls] key and cert, readable for the user lares.',
      })
    }
  }
  const pem = read(cert)
  return { key: read(key), cert: pem, pin: pinOf(new X509Certificate(pem)) }
}

export function pinOf(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64url')
}

async function make(key: string, cert: string): Promise<void> {
  const names = 'subjectAltName=DNS:lares.local,DNS:localhost,IP:127.0.0.1'
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '7300']
  try {
    await run('openssl', [
      ...args,
      '-subj',
      '/CN=lares hub',
      '-addext',
      names,
      '-keyout',
      `${key}.part`,
      '-out',
      `${cert}.part`,
    ])
  } catch (cause) {
    throw new LaresError('missing_program', "openssl could not make the hub's certificate", {
      cause,
      hint: 'Install openssl, or give your own certificate in [tls] key and cert.',
    })
  }
  chmodSync(`${key}.part`, 0o600)
  putInPlace(`${key}.part`, key)
  putInPlace(`${cert}.part`, cert)
}
