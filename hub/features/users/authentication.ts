import { timingSafeEqual } from 'node:crypto'
import { canRetry, LaresError } from '../../../shared/errors.ts'
import { isDeviceId } from '../../../shared/ids.ts'
import { bridgeOfLogin } from '../../engine/bridge-at-broker.ts'
import { LOCAL } from '../../engine/caller.ts'
import type { Context } from '../../engine/context.ts'
import type { Admission, Credentials, Principal } from '../../engine/principal.ts'
import { admitBridge } from '../bridges/login.ts'
import { checkCode, countTry, hashSecret } from '../devices/joining.ts'
import { noteWebUse } from '../logins/web-sessions.ts'
import { BROWSERS, isProgram, rightsOf, TOKENS, type TokenRow } from './login-rights.ts'
import { admitProgram, programOfLogin } from './program-login.ts'
import { noteUse } from './tokens.ts'

/** A joiner's client id stands in the topics that it uses. */
const JOINING_CLIENT = /^join\.[A-Za-z0-9-]{1,64}$/
const VOICE_SUFFIX = '.voice'
/** One topic level without wildcards: a client id stands in topics and filters. */
const SAFE_LEVEL = /^[A-Za-z0-9._@:-]{1,128}$/
const RANDOM_BYTES = 12

interface Login {
  row: TokenRow
  kind: 'person' | 'integration' | 'program'
  clientId: string
  /** Writes down that it was used. */
  noted: (context: Context, id: string) => void
}

/**
 * Who may connect, by the table of principals. A client id is its principal's own: another principal may use the same one,
 * and neither meets the other's session. Devices are bound to theirs, because it stands for the device itself.
 */
export function authenticate(context: Context, credentials: Credentials): Admission {
  const { listener, username, password, clientId, cookie } = credentials
  if (clientId !== '' && !SAFE_LEVEL.test(clientId))
    return refuse(2, 'a client id has 1 to 128 of A-Z a-z 0-9 . _ @ : -: choose another, or none')
  const bridge = username === null ? null : bridgeOfLogin(username)
  if (listener === 'local') {
    if (bridge !== null) return admitBridge(context, { name: bridge, clientId, password: null })
    const program = username === null ? null : programOfLogin(username)
    if (program !== null)
      return admitProgram(context, { name: program, clientId: clientId || chosen(context, program) })
    return accept({ kind: 'local', session: context.id() }, clientId || chosen(context, LOCAL))
  }
  if (password === null && cookie !== undefined) return browser(context, clientId, cookie)
  if (username === null || password === null)
    return refuse(4, 'user name and password are needed: a device id and its secret, or a user id and a token')
  if (username === 'join') return joiner(context, clientId, password)
  if (bridge !== null) return admitBridge(context, { name: bridge, clientId, password })
  return isDeviceId(username) && isDevice(context, username)
    ? device(context, credentials, username)
    : person(context, credentials, username)
}

function joiner(context: Context, clientId: string, code: string): Admission {
  if (!JOINING_CLIENT.test(clientId)) return refuse(2, 'a joining client id is join.<random>')
  try {
    return accept({ kind: 'joiner', invitation: checkCode(context, code).id }, clientId)
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
  if (!voice && clientId !== id && clientId !== '')
    return refuse(2, `the client id of a device is its device id: ${id}, or none`)
  return accept({ kind: 'device', id, voice, house: row.house_id }, clientId || id)
}

function person(context: Context, { clientId, password }: Credentials, user: string): Admission {
  const row = context.db
    .prepare(`${TOKENS} WHERE t.token_hash = ? AND t.user_id = ?`)
    .get(hashSecret(password ?? ''), user) as TokenRow | undefined
  if (!row || (row.expires_at !== null && row.expires_at <= context.now)) return refuse(4, 'unknown user or token')
  return loggedIn(context, { row, kind: kindOf(row), clientId, noted: noteUse })
}

/** Who is logged in with a browser: the cookie that came with the WebSocket is the credential, and CONNECT needs none. */
function browser(context: Context, clientId: string, cookie: string): Admission {
  const row = context.db.prepare(`${BROWSERS} AND t.cookie_hash = @cookie`).get({ cookie, now: context.now }) as
    | TokenRow
    | undefined
  if (!row) return refuse(4, 'this browser is not logged in')
  return loggedIn(context, { row, kind: 'person', clientId, noted: noteWebUse })
}

function loggedIn(context: Context, login: Login): Admission {
  const { row, kind, clientId, noted } = login
  if (row.is_active === 0) return refuse(5, 'this user was deactivated')
  const { id: token, user_id: user } = row
  const rights = rightsOf(context.db, row)
  noted(context, token)
  return accept({ kind, user, token, rights, session: context.id() }, clientId || chosen(context, user))
}

function kindOf(token: TokenRow): 'person' | 'integration' | 'program' {
  if (isProgram(token)) return 'program'
  return token.integration === 1 ? 'integration' : 'person'
}

function matches(hash: string | null, secret: string | null): boolean {
  if (hash === null || secret === null) return false
  return timingSafeEqual(Buffer.from(hash), Buffer.from(hashSecret(secret)))
}

/** A client id for one that left it to the hub [MQTT-3.1.3-6]. */
function chosen(context: Context, owner: string): string {
  return `${owner}.${Buffer.from(context.random(RANDOM_BYTES)).toString('hex')}`
}

function accept(principal: Principal, clientId: string): Admission {
  return { accept: principal, clientId }
}

function refuse(code: 2 | 3 | 4 | 5, reason: string): Admission {
  return { refuse: code, reason }
}
