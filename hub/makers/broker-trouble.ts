import { asError } from '../../shared/errors.ts'
import { UnknownBroker } from './broker-socket.ts'

/** Why a broker cannot be used. */
export interface BrokerTrouble {
  /** As the end of a sentence. */
  reason: string
  /** It is there and does not take us, or we do not take it: only a person can change that. */
  refuses?: true
}

/** CONNACK codes of MQTT 3.1.1, section 3.2.2.3, in words that say what to do. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1, 'it does not speak MQTT 3.1.1'],
  [2, 'it does not take our client id'],
  [4, 'it does not take this user and password: look at user and secret_file in hub.toml'],
  // Mosquitto says so of a wrong password too.
  [
    5,
    'it does not let this user in: look at user and secret_file in hub.toml, then at the access rights of that broker',
  ],
])
/** The one that ends by itself. */
const NOT_READY = 3

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the broker running, and is the port right?',
  ENOTFOUND: 'its name is not known in this network',
  EAI_AGAIN: 'its name cannot be looked up at present',
  EHOSTUNREACH: 'there is no way to it in this network',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it ended the connection',
  EPROTO: 'it speaks no TLS there: is the port right?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS there: is the port right?',
}

const NOBODY_KNOWS = 'its certificate is of an authority that nobody knows: name that with ca in hub.toml'
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock of this machine right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it made its certificate itself',
  SELF_SIGNED_CERT_IN_CHAIN: NOBODY_KNOWS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOBODY_KNOWS,
  UNABLE_TO_GET_ISSUER_CERT: NOBODY_KNOWS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOBODY_KNOWS,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than the one in url',
  WRONG_PIN:
    'it shows another key than the one of pin in hub.toml: somebody else may answer there, or it was given a new one',
}

/** Why a broker cannot be used, in words. */
export function brokerTrouble(error: unknown): BrokerTrouble {
  if (error instanceof UnknownBroker) return { reason: strange(error), refuses: true }
  const { code } = error as { code?: unknown }
  if (code === NOT_READY) return { reason: 'it is not ready' }
  if (typeof code === 'number')
    return { reason: REFUSALS.get(code) ?? `it refuses the connection with code ${code}`, refuses: true }
  return { reason: (typeof code === 'string' ? SYSTEM[code] : undefined) ?? asError(error).message }
}

/** With the key that was seen: a person compares it, and writes it down where it is the right one. */
function strange({ code, shown }: UnknownBroker): string {
  const words = CERTIFICATE[code] ?? `its certificate is not taken (${code})`
  return shown === null ? words : `${words}. Where this is its key: pin = "${shown}"`
}
