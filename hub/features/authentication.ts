import { timingSafeEqual } from 'node:crypto'
import { canRetry, LaresError } from '../../shared/errors.ts'
import { isDeviceId } from '../../shared/ids.ts'
import type { Context } from '../engine/context.ts'
import type { Admission, Credentials } from '../engine/principal.ts'
import { checkCode, countTry, hashSecret } from './devices/joining.ts'

/** Client ids of joiners and of the command line: a word, a dot, random text. */
const RANDOM_CLIENT = /^(?:join|local)\.[A-Za-z0-9-]{1,64}$/
const VOICE_SUFFIX = '.voice'
/** One topic level without wildcards: a client id stands in topics and filters. */
const SAFE_LEVEL = /^[A-Za-z0-9._@:-]{1,128}$/

/**
 * Who may connect, by the table of principals. Binding the client id to the credential matters: the broker closes an older
 * connection with the same id, so whoever may choose an id may throw somebody out.
 */
export function authenticate(context: Context, credentials: Credentials): Admission {
  const { listener, username, password, clientId } = credentials
  if (!SAFE_LEVEL.test(clientId)) return refuse(2, 'a client id has 1 to 128 of A-Z a-z 0-9 . _ @ : -')
  if (listener === 'local')
    return RANDOM_CLIENT.test(clientId) && clientId.startsWith('local.')
      ? { accept: { kind: 'local' } }
      : refuse(2, 'a local client id is local.<random>')
  if (username === null || password === null) return refuse(4, 'user name and password are needed')
  if (username === 'join') return joiner(context, clientId, password)
  return isDeviceId(username) && isDevice(context, username)
    ? device(context, credentials, username)
    : person(context, credentials, username)
}

function joiner(context: Context, clientId: string, code: string): Admission {
  if (!RANDOM_CLIENT.test(clientId) || !clientId.startsWith('join.'))
    return refuse(2, 'a joining client id is join.<random>')
  try {
    checkCode(context, code)
    return { accept: { kind: 'joiner' } }
  } catch (error) {
    if (!(error instanceof LaresError)) throw error
    if (error.code === 'bad_code') countTry(context, code)
    return refuse(canRetry(error) ? 3 : 4, error.code)
  }
}

function isDevice(context: Context, id: string): boolean {
  return context.db.prepare('SELECT 1 FROM devices WHERE id = ?').get(id) !== undefined
}

function device(context: Context, { clientId, password }: Credentials, id: string): Admission {
  const row = context.db.prepare('SELECT auth_token_hash, revoked_at, house_id FROM devices WHERE id = ?').get(id) as {
    auth_token_hash: string | null
    revoked_at: number | null
    house_id: string
  }
  if (row.revoked_at !== null) return refuse(5, 'this device was revoked')
  if (!matches(row.auth_token_hash, password)) return refuse(4, 'unknown user or token')
  const voice = clientId === id + VOICE_SUFFIX
  if (!voice && clientId !== id) return refuse(2, 'the client id of a device is its device id')
  return { accept: { kind: 'device', id, voice, house: row.house_id } }
}

/** Ids that belong to others: devices, their voice connections, joiners, the command line and persons. */
function isTaken(context: Context, clientId: string): boolean {
  const id = clientId.endsWith(VOICE_SUFFIX) ? clientId.slice(0, -VOICE_SUFFIX.length) : clientId
  if (RANDOM_CLIENT.test(clientId) || (isDeviceId(id) && isDevice(context, id))) return true
  return context.db.prepare('SELECT 1 FROM users WHERE id = ?').get(clientId.split('.')[0]) !== undefined
}

interface TokenRow {
  id: string
  user_id: string
  integration: number
  expires_at: number | null
  role: 'admin' | 'user' | 'device'
  is_active: number
}

function person(context: Context, { clientId, password }: Credentials, user: string): Admission {
  const row = context.db
    .prepare(
      'SELECT t.id, t.user_id, t.integration, t.expires_at, u.role, u.is_active FROM api_tokens t JOIN users u ON u.id = t.user_id ' +
        'WHERE t.token_hash = ? AND t.user_id = ?',
    )
    .get(hashSecret(password ?? ''), user) as TokenRow | undefined
  if (!row || (row.expires_at !== null && row.expires_at <= context.now)) return refuse(4, 'unknown user or token')
  if (row.is_active === 0) return refuse(5, 'this user was deactivated')
  const integration = row.integration === 1
  if (!integration && !clientId.startsWith(`${user}.`))
    return refuse(2, 'the client id of a person is <user id>.<random>')
  if (integration && isTaken(context, clientId)) return refuse(2, 'this client id belongs to somebody else')
  return {
    accept: {
      kind: integration ? 'integration' : 'person',
      user,
      role: row.role,
      houses: housesOf(context, user, row.role),
    },
  }
}

/** Administrators see every house; others see those where they are somebody. */
function housesOf(context: Context, user: string, role: string): string[] | null {
  if (role === 'admin') return null
  return context.db.prepare('SELECT DISTINCT house_id FROM people WHERE user_id = ?').pluck().all(user) as string[]
}

function matches(hash: string | null, secret: string | null): boolean {
  if (hash === null || secret === null) return false
  return timingSafeEqual(Buffer.from(hash), Buffer.from(hashSecret(secret)))
}

function refuse(code: 2 | 3 | 4 | 5, reason: string): Admission {
  return { refuse: code, reason }
}
