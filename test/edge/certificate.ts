import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicKeyPin } from '../../edge/link/pinned-socket.ts'

export interface TestCertificate {
  key: string
  cert: string
  pin: string
}

/** What `openssl ca` wants to know; it alone of the old versions can set the dates. */
const AUTHORITY = `[ca]
default_ca = d
[d]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = p
[p]
commonName = supplied
`

/** A self-signed EC certificate for nobody in particular, made with openssl. */
export function makeCertificate(options: { expired?: boolean } = {}): TestCertificate {
  const cwd = mkdtempSync(join(tmpdir(), 'lares-cert-'))
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd, stdio: 'ignore' })
  try {
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key']
    if (options.expired) {
      openssl('req', '-new', ...newKey, '-subj', '/CN=lares-test', '-out', 'request')
      writeFileSync(join(cwd, 'config'), AUTHORITY)
      writeFileSync(join(cwd, 'index.txt'), '')
      writeFileSync(join(cwd, 'serial'), '01')
      const dates = ['-startdate', '19990101000000Z', '-enddate', '20000101000000Z']
      const files = ['-config', 'config', '-keyfile', 'key', '-in', 'request', '-out', 'cert']
      openssl('ca', '-selfsign', '-batch', '-notext', ...files, ...dates)
    } else openssl('req', '-x509', ...newKey, '-subj', '/CN=lares-test', '-days', '2', '-out', 'cert')
    const cert = readFileSync(join(cwd, 'cert'), 'utf8')
    const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
    return { key: readFileSync(join(cwd, 'key'), 'utf8'), cert, pin: publicKeyPin(spki) }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}
