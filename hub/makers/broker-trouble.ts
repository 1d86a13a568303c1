import { asError } from '../../shared/errors.ts'

/** CONNACK codes of MQTT 3.1.1, section 3.2.2.3, in words that say what to do. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1, 'it does not speak MQTT 3.1.1'],
  [2, 'it does not take our client id'],
  [3, 'it is not ready'],
  [4, 'it does not take this user and password: look at user and secret_file in hub.toml'],
  [5, 'this user may not connect: look at the access rights of that broker'],
])

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the broker running, and is the port right?',
  ENOTFOUND: 'its name is not known in this network',
  EAI_AGAIN: 'its name cannot be looked up at present',
  EHOSTUNREACH: 'there is no way to it in this network',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it ended the connection',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it made its certificate itself: name it with ca in hub.toml',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that nobody knows: name that with ca in hub.toml',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is of an authority that nobody knows: name that with ca in hub.toml',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is of an authority that nobody knows: name that with ca in hub.toml',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than the one in url',
}

/** Why a broker cannot be used, as the end of a sentence. */
export function brokerTrouble(error: unknown): string {
  const { code } = error as { code?: unknown }
  if (typeof code === 'number') return REFUSALS.get(code) ?? `it refuses the connection with code ${code}`
  return (typeof code === 'string' ? SYSTEM[code] : undefined) ?? asError(error).message
}
