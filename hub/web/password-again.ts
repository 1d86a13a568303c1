import { LaresError } from '../../shared/errors.ts'
import type { Caller } from '../engine/caller.ts'
import type { FailedLogins } from './failed-logins.ts'
import type { LoginLimits } from './login-limits.ts'

export interface PasswordAgainParts {
  /** What an account is logged in with, by its id; `null`: nobody has it. */
  passwordOfUser(user: string): Promise<{ email: string; hash: string | null } | null>
  limits: LoginLimits
  failed: FailedLogins
  verify(password: string, hash: string | null): Promise<boolean>
}

/**
 * Sees whether whoever asks is still there: a browser that was left open, and a token that was copied, know no password. Who opens the
 * socket of the machine has none. Tries count as those at the login. Rejects with `bad_params`, `bad_login`, `too_many_tries`, or
 * `forbidden` for a program and an account without a password.
 */
export async function askPasswordAgain(
  { kind, user, address }: Pick<Caller, 'kind' | 'user' | 'address'>,
  password: string | undefined,
  { passwordOfUser, limits, failed, verify }: PasswordAgainParts,
): Promise<void> {
  if (kind === 'local') return
  const account = kind === 'person' && user !== null ? await passwordOfUser(user) : null
  if (account === null || account.hash === null)
    throw new LaresError('forbidden', 'this takes somebody who has a password at the page', {
      hint: 'Log in at the page as an administrator, or do it on the machine of the hub with sudo lares.',
    })
  if (password === undefined || password === '')
    throw new LaresError('bad_params', 'this takes your own password again', {
      hint: 'Type the password that you log in at the page with.',
    })
  const tried = { email: account.email, address }
  limits.begin(tried)
  if (!(await verify(password, account.hash))) {
    failed.add({ user, address })
    throw new LaresError('bad_login', 'that is not your password', { hint: 'Look whether capitals are locked.' })
  }
  limits.succeeded(tried)
}
