import type { AskedHost } from './answered-hosts.ts'

/**
 * What stands on every answer, errors too. `asked`: whom the request asked, where that is this hub. The address of the
 * WebSocket is written out because older browsers do not take `'self'` for it. Nothing here tells a browser to use HTTPS alone: it would
 * remember that for every port of the name, and Home Assistant on the same machine is at `http://name:8123`.
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
    // Somebody talks to the house at this page, and at nothing that lies within it.
    'Permissions-Policy': 'microphone=(self), camera=(), geolocation=(), display-capture=()',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}
