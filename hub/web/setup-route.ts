import { z } from 'zod'
import { type ErrorCode, LaresError } from '../../shared/errors.ts'
import { text } from '../../shared/messages/fields.ts'
import { email } from '../features/users/email.ts'
import { readJson } from './json-body.ts'
import type { LoginLimits } from './login-limits.ts'
import { fromPage, type LoggedInAtPage, type PageVisit, sendLoggedIn, visitOf } from './login-routes.ts'
import type { WebRequest, WebRoute } from './web-route.ts'

/** An error as the engine hands it over. */
export interface EngineRefusal {
  error: { code: ErrorCode; message: string; hint: string }
}

export interface SetupDesk {
  /** Why a code is not good; `null`: it is. */
  askCode(code: string): Promise<EngineRefusal | null>
  setUp(
    wish: Omit<PageVisit, 'before'> & { code: string; email: string; hash: string; full_name: string | null },
  ): Promise<LoggedInAtPage | EngineRefusal>
}

export interface SetupRouteParts {
  desk: SetupDesk
  limits: LoginLimits
  hash(password: string): Promise<string>
}

const setupBody = z.strictObject({
  code: z.string().min(1).max(100),
  email,
  password: text(200).min(10),
  full_name: text(255).optional(),
})

/** `POST /setup`: makes the owner's account with the code of a link, and logs in. */
export function setupRoute({ desk, limits, hash }: SetupRouteParts): WebRoute {
  return fromPage(async (asked: WebRequest) => {
    const body = await readJson(asked.request, setupBody)
    limits.beginSetup(asked.remote)
    refuse(await desk.askCode(body.code))
    const { visit, header } = visitOf(asked)
    const { cookie, address, agent } = visit
    const { code, full_name } = body
    const who = await desk.setUp({
      ...{ cookie, address, agent, code, email: body.email },
      hash: await hash(body.password),
      full_name: full_name || null,
    })
    if ('error' in who) throw errorOf(who)
    limits.setupSucceeded(asked.remote)
    sendLoggedIn(asked, header, who)
  })
}

function refuse(refusal: EngineRefusal | null): void {
  if (refusal !== null) throw errorOf(refusal)
}

export function errorOf({ error }: EngineRefusal): LaresError {
  return new LaresError(error.code, error.message, { hint: error.hint })
}
