/**
 * What is secret in a configuration that nobody here knows, by the names of its fields and the form of its values. In doubt it is:
 * what is sealed is not lost, and what is told cannot be taken back.
 */

/** A name that has one of these anywhere is one of a secret. */
const STEMS = [
  ...[
    'password',
    'passwd',
    'passphrase',
    'passcode',
    'passwort',
    'kennwort',
    'secret',
    'token',
    'apikey',
    'credential',
  ],
  ...[
    'accesskey',
    'privatekey',
    'localkey',
    'authkey',
    'sharedkey',
    'encryptionkey',
    'appkey',
    'clientkey',
    'webhookid',
  ],
]

/** A name that has one of these as a word. */
const WORDS = new Set([
  ...[
    'pass',
    'pwd',
    'pw',
    'key',
    'keys',
    'pin',
    'psk',
    'code',
    'auth',
    'authorization',
    'authentication',
    'bearer',
    'jwt',
  ],
  ...[
    'cookie',
    'cookies',
    'session',
    'sid',
    'login',
    'logins',
    'user',
    'username',
    'benutzer',
    'benutzername',
    'account',
  ],
  ...[
    'email',
    'mail',
    'otp',
    'totp',
    'seed',
    'salt',
    'hash',
    'signature',
    'private',
    'oauth',
    'oauth2',
    'nonce',
    'cert',
  ],
])

/** When something is over is no secret, whatever it is that is over. */
const TIMES = /expir|_at$|_until$/i

/**
 * Forms of values that let somebody in, whatever their field is called. Each looks at a text of any length once, however it is made: the
 * whole hub waits for it.
 */
const FORMS = [
  /\b(?:bearer|basic|digest)\s+\S{6,}/i,
  /(?<=\beyJ[\w-]{8,})\.[\w-]{4,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // A user with or without a password before the host: rtsp://admin:1234@192.168.1.5/
  /[a-z0-9+.-]:\/\/[^/\s?#]*@/i,
  // So long and without a blank it is nothing that a person chose to be read.
  /^(?=.*\d)(?=.*[A-Za-z])[\w+/=~-]{32,}$/,
]

/** The fields of a query, and the names of those that let somebody in. */
const FIELD = /[?&;]([\w-]+)=/g
const SECRET_FIELD = /key|token|secret|pass|pwd|auth|user|sig|session|sid|code/i

/** Whether what stands in a field of this name is secret, with everything below it. */
export function isSecretName(name: string): boolean {
  if (TIMES.test(name)) return false
  const spaced = name.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').toLocaleLowerCase('en')
  const joined = spaced.replace(/[^\p{L}\p{N}]+/gu, '')
  return STEMS.some((stem) => joined.includes(stem)) || spaced.split(/[^\p{L}\p{N}]+/u).some((word) => WORDS.has(word))
}

/** Whether a value lets somebody in by its form. */
export function isSecretValue(value: unknown): boolean {
  if (typeof value !== 'string') return false
  if (FORMS.some((form) => form.test(value))) return true
  return [...value.matchAll(FIELD)].some(([, name = '']) => SECRET_FIELD.test(name))
}
