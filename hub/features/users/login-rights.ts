import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Caller } from '../../engine/caller.ts'
import type { House } from '../../engine/house.ts'
import type { HouseRights } from '../../engine/house-rights.ts'
import { memberRights } from '../house/member-rights.ts'
import { IS_OVER } from '../logins/web-sessions.ts'
import { programRights } from './program-rights.ts'

/** A token with the account that it is of. */
export interface TokenRow {
  id: string
  user_id: string
  integration: number
  rights: string | null
  houses: string | null
  expires_at: number | null
  role: 'admin' | 'user' | 'device'
  is_active: number
}

/** Reads them; a condition follows. */
export const TOKENS =
  'SELECT t.id, t.user_id, t.integration, t.rights, t.houses, t.expires_at, u.role, u.is_active FROM api_tokens t JOIN users u ON u.id = t.user_id'

/** Reads logins at the page as if they were tokens of their people; a condition follows. What is over is not there. */
export const BROWSERS =
  'SELECT t.id, t.user_id, 0 AS integration, NULL AS rights, NULL AS houses, t.expires_at, u.role, u.is_active ' +
  `FROM web_sessions t JOIN users u ON u.id = t.user_id WHERE NOT ${IS_OVER}`

/** A token that was given rights stays a program's, also where central has made a person of its account since. */
export function isProgram({ role, rights }: Pick<TokenRow, 'role' | 'rights'>): boolean {
  return role === 'device' || rights !== null
}

/** Administrators may everything, other people what they may in their houses, and programs what their token says. */
export function rightsOf(db: Database, token: TokenRow): HouseRights {
  if (isProgram(token)) return programRights(token)
  return token.role === 'admin' ? 'all' : memberRights(db, token.user_id)
}

/** What logins give while they last. */
export interface LoginRights {
  /**
   * The caller with what its login gives now. A request may have waited since it was let in, and who lost a right meanwhile is
   * disconnected only once that is on the disk. Throws `forbidden` when the token is gone or over, or the account closed.
   */
  of(caller: Caller, now: number): Caller
}

export function loginRights(db: Database): LoginRights {
  const read = db.prepare(`${TOKENS} WHERE t.id = ? AND t.user_id = ?`)
  const readBrowser = db.prepare(`${BROWSERS} AND t.id = @id AND t.user_id = @user`)
  return {
    of(caller, now) {
      if (caller.kind === 'local') return caller
      const row = (read.get(caller.token, caller.user) ??
        readBrowser.get({ id: caller.token, user: caller.user, now })) as TokenRow | undefined
      if (!row || row.is_active === 0 || (row.expires_at !== null && row.expires_at <= now))
        throw new LaresError('forbidden', 'the login that asked for this has ended', {
          hint: 'Log in again. Where its token has ended, have another one made: lares users token, for a program lares programs token.',
        })
      return { ...caller, rights: rightsOf(db, row) }
    },
  }
}

export function openLoginRights({ db }: House): LoginRights {
  return loginRights(db)
}
