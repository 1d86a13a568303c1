import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

/** The last use is written at most this often for each token: whoever logs in every minute must not cost the card. */
const USE_MS = 3_600_000

/** Writes down that somebody logged in with a token. */
export function noteUse({ db, now }: Context, token: string): void {
  db.prepare(
    'UPDATE api_tokens SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at NOT BETWEEN ? AND ?)',
  ).run(now, token, now - USE_MS, now)
}

/** Shuts out whoever is connected with a token that has come to its end; a login is refused by itself. */
export class EndedTokens {
  #ended: Statement
  #upTo: number | null = null

  constructor(db: Database) {
    this.#ended = db.prepare('SELECT id, user_id FROM api_tokens WHERE expires_at > ? AND expires_at <= ?')
  }

  tick(context: Context): void {
    const from = this.#upTo
    context.committed(() => {
      this.#upTo = context.now
    })
    if (from === null) return
    for (const { id, user_id } of this.#ended.all(from, context.now) as { id: string; user_id: string }[])
      context.effect({ kind: 'disconnect_user', user: user_id, token: id, reason: 'its token has expired' })
  }
}
