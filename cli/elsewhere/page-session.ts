import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { ERROR_CODES, type ErrorCode, LaresError } from '../../shared/errors.ts'
import { askPage, COOKIE, noHub, type PageAnswer, type TrustedPlace } from './ask-page.ts'
import { saidText } from './page-trouble.ts'

/** What a hub says to everybody of itself. */
const front = z.object({
  base: z.string().min(1).max(200),
  now: z.number(),
})
const refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().default('') }),
})

const COOKIE_VALUE = /^[A-Za-z0-9_-]{43}$/

/** Asks a hub for what it says before anybody is logged in: first level of its topics, and its clock. Throws `unreachable`. */
export async function askFront(place: TrustedPlace, clock: Clock): Promise<{ base: string; now: number }> {
  const answer = await askPage(place, { path: '/session', clock })
  const said = front.safeParse(asJson(answer.body))
  if ((answer.status === 401 || answer.status === 200) && said.success) return said.data
  throw answer.status === 421 ? notCalledSo(answer) : noHub(place)
}

/** Logs in. Resolves with the cookie. `before`: one that is given up for it. Throws what the hub says. */
export async function postLogin(
  place: TrustedPlace,
  { email, password, before, clock }: { email: string; password: string; before?: string | undefined; clock: Clock },
): Promise<string> {
  const answer = await askPage(place, {
    ...{ path: '/login', body: { email, password }, clock },
    ...(before === undefined ? {} : { cookie: before }),
  })
  if (answer.status !== 200) throw pageRefusal(place, answer)
  const cookie = (answer.headers['set-cookie'] ?? [])
    .map((one) => one.split(';')[0] ?? '')
    .find((one) => one.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1)
  if (cookie === undefined || !COOKIE_VALUE.test(cookie)) throw noHub(place)
  return cookie
}

/** Ends a login. False: the hub knew of none. */
export async function postLogout(place: TrustedPlace, cookie: string, clock: Clock): Promise<boolean> {
  const answer = await askPage(place, { path: '/logout', body: {}, cookie, clock })
  if (answer.status !== 200) throw pageRefusal(place, answer)
  return (asJson(answer.body) as { ended?: unknown } | undefined)?.ended === true
}

/** What was refused, in the hub's words, of which none is obeyed by a terminal. */
export function pageRefusal(place: TrustedPlace, answer: Pick<PageAnswer, 'status' | 'body'>): LaresError {
  if (answer.status === 421) return notCalledSo(answer)
  const said = refusal.safeParse(asJson(answer.body))
  if (!said.success) return noHub(place)
  const { code, message, hint } = said.data.error
  const known = ERROR_CODES.find((one) => one === code) ?? ('internal' satisfies ErrorCode)
  return new LaresError(known, saidText(message), hint === '' ? {} : { hint: saidText(hint) })
}

/** The hub says itself how it is called, and what else would help. */
function notCalledSo({ body }: Pick<PageAnswer, 'body'>): LaresError {
  return new LaresError('unreachable', saidText(body), {
    hint: 'Log in by a name that it has: lares.local, the name of its machine, or its address.',
  })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
