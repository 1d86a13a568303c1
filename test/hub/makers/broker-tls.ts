import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A key with a certificate of it, as files. */
export interface BrokerKey {
  key: string
  cert: string
  pem: string
  /** What openssl says that the pin of the key is. */
  pin: string
}

/** With its own names, so that Node is not asked what Node is to be compared with. */
function openssl(words: string[], input?: Buffer): Buffer {
  return execFileSync('openssl', words, { stdio: ['pipe', 'pipe', 'ignore'], ...(input && { input }) })
}

/** Makes a key and its own certificate for 127.0.0.1, as people do. */
export function makeBrokerKey(folder: string, name: string): BrokerKey {
  const [key, cert] = [join(folder, `${name}.key.pem`), join(folder, `${name}.cert.pem`)]
  openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key])
  certify({ key, cert }, 2)
  const spki = openssl(['pkey', '-pubin', '-outform', 'der'], openssl(['x509', '-in', cert, '-noout', '-pubkey']))
  const pin =
    String(openssl(['dgst', '-sha256'], spki))
      .trim()
      .split(' ')
      .at(-1) ?? ''
  return { key, cert, pem: readFileSync(cert, 'utf8'), pin }
}

/** Makes another certificate of the same key. `days`: negative where it is over. */
export function certify({ key, cert }: Pick<BrokerKey, 'key' | 'cert'>, days: number): void {
  const names = `${cert}.names`
  writeFileSync(names, 'subjectAltName=IP:127.0.0.1\n')
  const wish = openssl(['req', '-new', '-key', key, '-subj', '/CN=a broker'])
  const made = openssl(['x509', '-req', '-signkey', key, '-days', String(days), '-extfile', names], wish)
  writeFileSync(cert, made)
}
