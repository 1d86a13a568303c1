import { LaresError } from '../../shared/errors.ts'

/** Where the page of a hub is: host as certificates and cookies name it, in small letters, an IPv6 address without brackets. */
export interface HubPlace {
  host: string
  port: number
}

/** Where a hub has its page when nobody says otherwise. */
export const PAGE_PORT = 8443
const HTTPS_PORT = 443

/**
 * An address as people type or copy it: `lares.local`, `192.168.1.5:8443`, `[fd00::5]:8443`, `https://lares.local:8443/#/devices`.
 * Throws `bad_params`, also for a password in it: others can read the words of a program.
 */
export function readHubPlace(text: string): HubPlace {
  const typed = text.trim()
  if (/^http:\/\//i.test(typed))
    throw new LaresError('bad_params', 'a password goes to no hub over http', {
      hint: `Write https, or the name alone: lares login ${typed.replace(/^http:\/\/([^:/]*).*$/i, '$1')}.`,
    })
  const isAddress = /^https:\/\//i.test(typed)
  // Bare, as `ip address` shows it.
  const bare = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(typed) ? `[${typed}]` : typed
  const url = parsed(isAddress ? typed : `https://${bare}`)
  if (url === null || url.hostname === '')
    throw new LaresError('bad_params', `"${typed}" is no address of a hub`, {
      hint: 'Write it like lares.local, 192.168.1.5 or hub.example:8443.',
    })
  if (url.username !== '' || url.password !== '')
    throw new LaresError('bad_params', 'the address names a user: others could read a password there', {
      hint: 'Write the address alone; the user is asked for, or given as --user.',
    })
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  // A URL does not say the port of its scheme.
  const own = isAddress || /:443$/.test(bare) ? HTTPS_PORT : PAGE_PORT
  return { host, port: url.port === '' ? own : Number(url.port) }
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** As it stands in `Host` and in an origin. */
export function authorityOf({ host, port }: HubPlace): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return port === HTTPS_PORT ? shown : `${shown}:${port}`
}

export function isSamePlace(one: HubPlace, other: HubPlace): boolean {
  return one.host === other.host && one.port === other.port
}
