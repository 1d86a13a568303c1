import type { Caller } from '../../../../hub/engine/caller.ts'
import type { Admission, Principal } from '../../../../hub/engine/principal.ts'
import { hashSecret } from '../../../../hub/features/devices/joining.ts'
import type { LoggedIn } from '../../../../hub/features/logins/login-at-page.ts'
import { START, type TestHouse } from '../../engine/engine-in-memory.ts'

/** The hash of a password, as far as the engine looks at it. */
export const HASH = '$argon2id$of-the-password'

/** Somebody with an account and a password, who owns the first house unless they administer the hub. */
export function person(house: TestHouse, id: string, role: 'admin' | 'user' = 'user'): void {
  house.db
    .prepare(
      'INSERT INTO users (id, email, full_name, hashed_password, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(id, `${id}@example.com`, id, HASH, role, START, START)
  if (role === 'user')
    house.db
      .prepare(
        "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT ?, id, ?, ?, 'owner', ?, ? FROM houses LIMIT 1",
      )
      .run(`p-${id}`, id, id, START, START)
}

/** Logs in with a browser that has this cookie from now on. */
export function logIn(
  house: TestHouse,
  user: string,
  cookie: string,
  more: { fits?: string; before?: string; address?: string } = {},
): LoggedIn | { refused: string } {
  const { fits = HASH, before, address = '192.168.1.20' } = more
  const login = {
    user,
    fits,
    cookie: hashSecret(cookie),
    before: before === undefined ? null : hashSecret(before),
    address,
    agent: 'A browser',
  }
  return house.input<LoggedIn | { refused: string }>({ kind: 'page_login', login }).value
}

/** What a WebSocket with this cookie, and without a password, is let in as. */
export function come(house: TestHouse, cookie: string): Admission {
  const credentials = { clientId: 'page', username: null, password: null, listener: 'web', cookie: hashSecret(cookie) }
  return house.input<Admission>({ kind: 'authenticate', credentials }).value
}

/** The caller behind it. Throws where it is not let in. */
export function callerWith(house: TestHouse, cookie: string): Caller {
  const admission = come(house, cookie)
  if ('refuse' in admission) throw new Error(admission.reason)
  const { kind, user, token, rights, session } = admission.accept as Extract<Principal, { kind: 'person' }>
  return { principal: user, kind, user, token, rights, session, client: 'page', address: '192.168.1.20' }
}
