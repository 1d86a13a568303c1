import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { changeOwnPassword, type PasswordChange } from './change-password.ts'
import { logIn, logOut, type PageLogin, passwordOf, passwordOfUser } from './login-at-page.ts'
import { askSetupCode, type SetUp, setUp } from './set-up.ts'
import { isWithoutOwner, makeSetupCode } from './setup-codes.ts'
import { visitorOf } from './visitor.ts'
import { EndedWebSessions, noteWebUse } from './web-sessions.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Answered by a `PasswordQuestion`, or `null`. */
    password_of: { email: string; address: string }
    /** Answered by the e-mail address and the hash of an account, or `null`. */
    password_of_user: { user: string }
    /** Answered by `LoggedIn`, or why not. */
    page_login: { login: PageLogin }
    /** Answered by a `Visitor`, or `null`. `cookie`: its hash. */
    page_visitor: { cookie: string }
    /** Answered by the code and its end; `null` where somebody who administers this hub can log in at its page. */
    first_setup: Record<never, never>
    /** Answered by why a code is not good, or `null`. */
    setup_code: { code: string }
    /** Answered by `LoggedIn`, or why not. */
    page_setup: { wish: SetUp }
    /** Answered by how many other browsers were logged out, or `null`. */
    page_password: { change: PasswordChange }
    /** `cookie`: its hash. */
    page_logout: { cookie: string }
    /** Logins that were refused, as many as `times` says. `user`: whose account it was about, where there is one. */
    login_failed: { user: string | null; address: string; times: number }
    /** Ids of sessions that somebody is connected with. */
    web_sessions_used: { sessions: readonly string[] }
  }
}

/** People who log in at the page. */
export function openLogins({ db }: House): Feature {
  const ended = new EndedWebSessions(db)
  return {
    name: 'logins',
    inputs: {
      password_of: (context, asked) => ({ verdict: 'stored', value: passwordOf(context, asked) }),
      password_of_user: (context, asked) => ({ verdict: 'stored', value: passwordOfUser(context, asked) }),
      page_login: (context, { login }) => ({ verdict: 'stored', value: logIn(context, login) }),
      page_visitor: (context, { cookie }) => ({ verdict: 'stored', value: visitorOf(context, cookie) }),
      first_setup(context) {
        return { verdict: 'stored', value: isWithoutOwner(context.db) ? makeSetupCode(context) : null }
      },
      setup_code: (context, { code }) => ({ verdict: 'stored', value: askSetupCode(context, code) }),
      page_setup: (context, { wish }) => ({ verdict: 'stored', value: setUp(context, wish) }),
      page_password: (context, { change }) => ({ verdict: 'stored', value: changeOwnPassword(context, change) }),
      page_logout: (context, { cookie }) => ({ verdict: 'stored', value: logOut(context, cookie) }),
      login_failed(context, { user, address, times }) {
        const whose = user === null ? {} : { user }
        context.addEvent({ type: 'login_failed', ...whose, source: 'user', data: { address, times } })
        return { verdict: 'stored' }
      },
      web_sessions_used(context, { sessions }) {
        for (const session of sessions) noteWebUse(context, session)
        return { verdict: 'stored' }
      },
    },
    tick: (context) => ended.tick(context),
  }
}
