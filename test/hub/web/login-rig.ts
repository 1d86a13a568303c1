import type { StructuredInput } from '../../../hub/engine/input.ts'
import { FailedLogins } from '../../../hub/web/failed-logins.ts'
import { LoginLimits } from '../../../hub/web/login-limits.ts'
import type { LoginRouteParts } from '../../../hub/web/login-routes.ts'
import { loginRoutes } from '../../../hub/web/login-routes.ts'
import { passwordRoute } from '../../../hub/web/password-route.ts'
import { setupRoute } from '../../../hub/web/setup-route.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { HASH, person } from '../features/logins/browsers.ts'
import { type Answered, type Asking, askHttps, type PageRig, pageRig } from './page-rig.ts'

export const PASSWORD = 'long enough to be one'

export interface LoginRig extends PageRig {
  house: TestHouse
  clock: ManualClock
  /** Passwords that were compared, each with its hash. */
  compared: (string | null)[]
  /** What was noted of logins that failed. */
  noted: { user: string | null; address: string; times: number }[]
  /** Posts as the page does. */
  post(path: string, body: unknown, more?: Asking): Promise<Answered>
}

/** A page before an engine in memory, where Anna and the administrator Ada have an account. */
export async function loginRig(parts: Partial<LoginRouteParts> = {}): Promise<LoginRig> {
  const house = openTestHouse()
  person(house, 'anna')
  person(house, 'ada', 'admin')
  const clock = new ManualClock(house.now)
  const compared: (string | null)[] = []
  const noted: LoginRig['noted'] = []
  const limits = new LoginLimits(clock)
  const answered = <T>(input: StructuredInput) => Promise.resolve(house.input<T>(input).value)
  const logins = loginRoutes({
    desk: {
      passwordOf: async (of) => house.input({ kind: 'password_of', ...of }).value as never,
      logIn: async (login) => house.input({ kind: 'page_login', login }).value as never,
      logOut: async (cookie) => house.input({ kind: 'page_logout', cookie }).value as never,
    },
    limits,
    failed: new FailedLogins(clock, (failed) => noted.push(failed)),
    async verify(password, hash) {
      compared.push(hash)
      return password === PASSWORD && hash === HASH
    },
    ...parts,
  })
  const routes = new Map([
    ...logins,
    [
      'setup',
      setupRoute({
        limits,
        hash: async () => HASH,
        desk: {
          askCode: (code) => answered({ kind: 'setup_code', code }),
          setUp: (wish) => answered({ kind: 'page_setup', wish }),
        },
      }),
    ],
  ])
  routes.set(
    'password',
    passwordRoute({
      limits,
      failed: new FailedLogins(clock, (failed) => noted.push(failed)),
      verify: async (password, hash) => password === PASSWORD && hash === HASH,
      hash: async () => `${HASH} anew`,
      visitorOf: (cookie) => answered({ kind: 'page_visitor', cookie }),
      desk: {
        passwordOf: (of) => answered({ kind: 'password_of', ...of }),
        changePassword: (change) => answered({ kind: 'page_password', change }),
      },
    }),
  )
  const rig = await pageRig({ routes })
  const post: LoginRig['post'] = (path, body, { headers, ...more } = {}) =>
    askHttps(rig.port, path, {
      method: 'POST',
      headers: {
        origin: `https://127.0.0.1:${rig.port}`,
        'content-type': 'application/json',
        host: `127.0.0.1:${rig.port}`,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    })
  return { ...rig, house, clock, compared, noted, post }
}

/** The cookie that an answer gave the browser, as it says it from then on. */
export function cookieOf({ headers }: Answered): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}
