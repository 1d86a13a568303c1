import { shownCookie } from './session-cookie.ts'
import { sendError } from './web-errors.ts'
import { sendJson, type WebRoute } from './web-route.ts'

/** Who is logged in with a browser. */
export interface PageVisitor {
  user: string
  session: string
  email: string
  full_name: string | null
  role: string
}

export interface SessionRouteParts {
  /** Of the hash of a cookie; `null`: nobody. */
  visitorOf(cookie: string): Promise<PageVisitor | null>
  /** First level of the hub's topics. */
  base: string
  /** The hub's clock. */
  now: () => number
}

/**
 * `GET /session`: who is logged in with this browser, and what a page has to know before it connects; 401 where nobody is. It tells
 * nothing to another origin, which cannot read the answer.
 */
export function sessionRoute({ visitorOf, base, now }: SessionRouteParts): WebRoute {
  return {
    methods: ['GET'],
    async answer({ request, response }) {
      try {
        const cookie = shownCookie(request.headers.cookie)
        const visitor = cookie === undefined ? null : await visitorOf(cookie)
        if (visitor === null) sendJson(response, 401, { base, now: now() })
        else sendJson(response, 200, { ...visitor, base, now: now() })
      } catch (error) {
        sendError(response, error)
      }
    },
  }
}
