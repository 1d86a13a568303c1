import type { Context } from '../../engine/context.ts'
import type { HouseRights } from '../../engine/house-rights.ts'
import type { Admission } from '../../engine/principal.ts'
import { programAddress } from './email.ts'
import { isProgram, rightsOf, TOKENS, type TokenRow } from './login-rights.ts'
import { noteUse } from './tokens.ts'

const LOGIN = /^([a-z0-9]+(?:-[a-z0-9]+)*)@programs$/

/** The user name with which the hub itself logs in as a program, over the local socket. */
export function programLogin(name: string): string {
  return programAddress(name)
}

/** The program that logs in so; `null`: it is none. */
export function programOfLogin(login: string): string | null {
  return LOGIN.exec(login)?.[1] ?? null
}

/**
 * Lets the hub itself in as a program, with the rights of that one's newest token and no more: whoever may open the local socket needs no
 * password. It is an integration, because it shows a house to somebody else's.
 */
export function admitProgram(context: Context, { name, clientId }: { name: string; clientId: string }): Admission {
  const { db } = context
  const row = newestToken(context, name)
  if (row === null)
    return { refuse: 4, reason: `there is no program ${name} with a token: lares programs create ${name}` }
  noteUse(context, row.id)
  const who = { user: row.user_id, token: row.id, rights: rightsOf(db, row), session: context.id() }
  return { accept: { kind: 'integration', ...who }, clientId }
}

/** What a program may do that the hub itself logs in as, by its login. */
export function rightsOfLogin(context: Pick<Context, 'db' | 'now'>, login: string): HouseRights {
  const row = newestToken(context, programOfLogin(login) ?? '')
  return row === null ? {} : rightsOf(context.db, row)
}

function newestToken({ db, now }: Pick<Context, 'db' | 'now'>, name: string): TokenRow | null {
  const row = db
    .prepare(
      `${TOKENS} WHERE u.email = ? AND u.is_active = 1 AND (t.expires_at IS NULL OR t.expires_at > ?) ORDER BY t.created_at DESC, t.id DESC LIMIT 1`,
    )
    .get(programAddress(name), now) as TokenRow | undefined
  return row && isProgram(row) ? row : null
}
