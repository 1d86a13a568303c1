import type { ServerResponse } from 'node:http'
import { canRetry, type ErrorCode, LaresError } from '../../shared/errors.ts'
import { TooManyTries } from './login-limits.ts'
import { sendJson } from './web-route.ts'

const STATUS: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ['bad_login', 401],
  ['bad_code', 401],
  ['code_expired', 401],
  ['code_used', 401],
  ['forbidden', 403],
  ['not_found', 404],
  ['already_exists', 409],
  ['too_large', 413],
  ['too_many_tries', 429],
  ['busy', 503],
  ['missing_program', 503],
  ['internal', 500],
])
const BUSY_MS = 2_000

/** Says what was wrong, as the admin door does. What nobody foresaw is thrown on. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (!(error instanceof LaresError)) throw error
  const { code, message, hint } = error
  const waitMs = error instanceof TooManyTries ? error.waitMs : code === 'busy' ? BUSY_MS : null
  const retry = waitMs === null ? {} : { retry_after_s: Math.ceil(waitMs / 1_000) }
  if (waitMs !== null) response.setHeader('Retry-After', String(Math.ceil(waitMs / 1_000)))
  // What was not read of the request is not waited for.
  if (code === 'too_large') response.setHeader('Connection', 'close')
  sendJson(response, statusOf(error), { error: { code, message, hint }, ...retry })
}

function statusOf(error: LaresError): number {
  return STATUS.get(error.code) ?? (canRetry(error) ? 503 : 400)
}
