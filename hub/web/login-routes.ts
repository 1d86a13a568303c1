import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { FailedLogins } from './failed-logins.ts'
import { readJson } from './json-body.ts'
import type { LoginLimits } from './login-limits.ts'
import { isOwnOrigin } from './mqtt-upgrade.ts'
import { NO_COOKIE, newCookie, shownCookie } from './session-cookie.ts'
import { sendError } from './web-errors.ts'
import { sendJson, type WebRequest, type WebRoute } from './web-route.ts'

/** What the engine knows of an account, and does. Each rejects with a `LaresError` when it cannot now. */
export interface LoginDesk {
  passwordOf(asked: {
    email: string
    address: string
  }): Promise<{ user: string; hash: string | null; isKnownAddress: boolean } | null>
  logIn(login: PageVisit & { user: string; fits: string }): Promise<LoggedInAtPage | { refused: 'changed' | 'closed' }>
  logOut(cookie: string): Promise<boolean>
}

/** A browser that is about to be logged in. */
export interface PageVisit {
  /** Hash of its new cookie. */
  cookie: string
  /** Hash of the one that it had. */
  before: string | null
  address: string
  agent: string
}

export interface LoggedInAtPage {
  user: string
  session: string
  email: string
  full_name: string | null
}

export interface LoginRouteParts {
  desk: LoginDesk
  limits: LoginLimits
  failed: FailedLogins
  /** Whether a password is the one of a hash; takes as long where there is none. */
  verify(password: string, hash: string | null): Promise<boolean>
}

const AGENT_LENGTH = 200

const loginBody = z.strictObject({
  email: z.string().min(1).max(255),
  password: z.string().min(1).max(1_000),
})

/** `POST /login` and `POST /logout`. */
export function loginRoutes(parts: LoginRouteParts): ReadonlyMap<string, WebRoute> {
  return new Map([
    ['login', fromPage(async (asked) => await login(parts, asked))],
    ['logout', fromPage(async (asked) => await logout(parts, asked))],
  ])
}

/** Answers what a page of this hub posts, and says to anybody else what is wrong. */
export function fromPage(answer: (asked: WebRequest) => Promise<void>): WebRoute {
  return {
    methods: ['POST'],
    async answer(asked) {
      try {
        if (!isOwnOrigin(asked.request.headers.origin, asked.asked))
          throw new LaresError('forbidden', `the origin must be https://${asked.asked.authority}`, {
            hint: 'Open the page of the hub itself; a program says the same origin.',
          })
        await answer(asked)
      } catch (error) {
        sendError(asked.response, error)
      }
    },
  }
}

/** The browser behind a request, with a new cookie: who logs in never goes on with what somebody else may have set. */
export function visitOf({ request, remote }: WebRequest): { visit: PageVisit; header: string } {
  const { header, hash } = newCookie()
  const agent = cutText(cleanText(request.headers['user-agent'] ?? ''), AGENT_LENGTH)
  const before = shownCookie(request.headers.cookie) ?? null
  return { visit: { cookie: hash, before, address: remote, agent }, header }
}

/** Gives the browser its cookie. */
export function sendLoggedIn({ response }: WebRequest, header: string, who: LoggedInAtPage): void {
  response.setHeader('Set-Cookie', header)
  sendJson(response, 200, who)
}

async function login({ desk, limits, failed, verify }: LoginRouteParts, asked: WebRequest): Promise<void> {
  const body = await readJson(asked.request, loginBody)
  const tried = { email: body.email.trim().toLowerCase(), address: asked.remote }
  limits.begin(tried)
  const account = await desk.passwordOf(tried)
  limits.beginAnywhere(tried, account?.isKnownAddress ?? false)
  const isRight = await verify(body.password, account?.hash ?? null)
  if (account?.hash == null || !isRight) {
    failed.add({ user: account?.user ?? null, address: asked.remote })
    throw wrongLogin()
  }
  const { visit, header } = visitOf(asked)
  const who = await desk.logIn({ ...visit, user: account.user, fits: account.hash })
  if ('refused' in who) throw who.refused === 'closed' ? closedAccount() : wrongLogin()
  limits.succeeded(tried)
  asked.known()
  sendLoggedIn(asked, header, who)
}

async function logout({ desk }: LoginRouteParts, { request, response }: WebRequest): Promise<void> {
  const cookie = shownCookie(request.headers.cookie)
  const ended = cookie !== undefined && (await desk.logOut(cookie))
  response.setHeader('Set-Cookie', NO_COOKIE)
  // What the page keeps of the house in this browser goes too.
  response.setHeader('Clear-Site-Data', '"cache", "storage"')
  sendJson(response, 200, { ended })
}

function wrongLogin(): LaresError {
  return new LaresError('bad_login', 'nobody has this e-mail address with this password')
}

function closedAccount(): LaresError {
  return new LaresError('forbidden', 'this account is closed', {
    hint: 'Ask an administrator of this hub to open it again.',
  })
}
