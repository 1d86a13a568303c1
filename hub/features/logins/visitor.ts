import type { Context } from '../../engine/context.ts'
import { IS_OVER } from './web-sessions.ts'

/** Who is logged in with a browser. */
export interface Visitor {
  user: string
  session: string
  email: string
  full_name: string | null
  role: string
}

/** Who is logged in with a cookie, by its hash; `null`: nobody, or no more. */
export function visitorOf({ db, now }: Context, cookie: string): Visitor | null {
  const row = db
    .prepare(
      'SELECT u.id AS user, w.id AS session, u.email, u.full_name, u.role FROM web_sessions w JOIN users u ON u.id = w.user_id ' +
        `WHERE w.cookie_hash = @cookie AND u.is_active = 1 AND NOT ${IS_OVER}`,
    )
    .get({ cookie, now }) as Visitor | undefined
  return row ?? null
}
