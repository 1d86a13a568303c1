import { type AskedHost, isHostName } from './answered-hosts.ts'

const YEAR_S = 31_536_000

/**
 * What stands on every answer, errors too. `asked`: whom the request asked, where that is this hub. The address of the
 * WebSocket is written out because older browsers do not take `'self'` for it.
 */
export function securityHeaders(asked: AskedHost | null): Record<string, string> {
  const socket = asked === null ? '' : ` wss://${asked.authority}`
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${socket}`,
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    // Browsers that do not know frame-ancestors.
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(asked !== null && isKept(asked.host) ? { 'Strict-Transport-Security': `max-age=${YEAR_S}` } : {}),
  }
}

/** A browser remembers this for a name and every port of it: of `localhost` it would shut out what others serve there. */
function isKept(host: string): boolean {
  return isHostName(host) && host !== 'localhost'
}
