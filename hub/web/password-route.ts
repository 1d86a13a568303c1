import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { text } from '../../shared/messages/fields.ts'
import type { FailedLogins } from './failed-logins.ts'
import { readJson } from './json-body.ts'
import type { LoginLimits } from './login-limits.ts'
import { fromPage, type LoginDesk } from './login-routes.ts'
import { shownCookie } from './session-cookie.ts'
import { type EngineRefusal, errorOf } from './setup-route.ts'
import { sendJson, type WebRequest, type WebRoute } from './web-route.ts'

export interface PasswordRouteParts {
  desk: Pick<LoginDesk, 'passwordOf'> & {
    /** `null`: not, because something changed meanwhile. */
    changePassword(wish: {
      cookie: string
      fits: string
      hash: string
    }): Promise<{ ended: number } | EngineRefusal | null>
  }
  /** Who is logged in with a cookie, by its hash; `null`: nobody. */
  visitorOf(cookie: string): Promise<{ email: string } | null>
  limits: LoginLimits
  failed: FailedLogins
  verify(password: string, hash: string | null): Promise<boolean>
  hash(password: string): Promise<string>
}

const passwordBody = z.strictObject({ password: z.string().min(1).max(1_000), new_password: text(200).min(10) })

/** `POST /password`: gives whoever is logged in another password, when they know the present one. */
export function passwordRoute(parts: PasswordRouteParts): WebRoute {
  return fromPage(async (asked: WebRequest) => {
    const { desk, visitorOf, limits, failed, verify, hash } = parts
    const body = await readJson(asked.request, passwordBody)
    const cookie = shownCookie(asked.request.headers.cookie)
    const visitor = cookie === undefined ? null : await visitorOf(cookie)
    if (cookie === undefined || visitor === null)
      throw new LaresError('bad_login', 'nobody is logged in with this browser', { hint: 'Log in again.' })
    const tried = { email: visitor.email, address: asked.remote }
    limits.begin(tried)
    const account = await desk.passwordOf(tried)
    if (account?.hash == null || !(await verify(body.password, account.hash))) {
      failed.add({ user: account?.user ?? null, address: asked.remote })
      throw new LaresError('bad_login', 'that is not the present password', {
        hint: 'Look whether capitals are locked.',
      })
    }
    const changed = await desk.changePassword({ cookie, fits: account.hash, hash: await hash(body.new_password) })
    if (changed === null)
      throw new LaresError('bad_login', 'the login or the password changed meanwhile', { hint: 'Log in again.' })
    if ('error' in changed) throw errorOf(changed)
    limits.succeeded(tried)
    sendJson(asked.response, 200, changed)
  })
}
