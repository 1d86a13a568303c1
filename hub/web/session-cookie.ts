import { createHash, randomBytes } from 'node:crypto'
import { WEB_SESSIONS } from '../../shared/limits.ts'

/** Browsers take a name that begins so only over HTTPS, for this very host and all of its paths. */
const NAME = '__Host-lares'
const VALUE_BYTES = 32
const VALUE = /^[A-Za-z0-9_-]{43}$/
const ALWAYS = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** What a new login says, and how the hub keeps it. */
export function newCookie(): { header: string; hash: string } {
  const value = randomBytes(VALUE_BYTES).toString('base64url')
  // Counted by the browser from now on: a date would be read by its clock, which may be a day off.
  const header = `${NAME}=${value}; ${ALWAYS}; Max-Age=${WEB_SESSIONS.ageMs / 1_000}`
  return { header, hash: hashOf(value) }
}

/** Takes the cookie out of a browser. */
export const NO_COOKIE = `${NAME}=; ${ALWAYS}; Max-Age=0`

/** The hash of what a browser shows; `undefined`: it shows none, or something that no login said. */
export function shownCookie(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one.startsWith(`${NAME}=`))
    .map((one) => one.slice(NAME.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && VALUE.test(value) ? hashOf(value) : undefined
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
