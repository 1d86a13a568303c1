import { z } from 'zod'
import { adminCommand } from '../../engine/admin-command.ts'
import { endWebSessions } from '../logins/web-sessions.ts'

const count = z.int().min(0)

/** What a person may not know by name: after a restore everything is good again that was ended since the backup was made. */
export const revokeEverything = adminCommand({
  area: 'tokens',
  verb: 'revoke-everything',
  needs: 'administer',
  summary: 'Make all tokens of people and programs worthless, and log everybody out: after a restore, or a theft',
  params: z.strictObject({
    /** Passwords too: each account is given another one, the first of an owner by a link of lares setup. */
    passwords: z.boolean().default(false),
  }),
  result: z.strictObject({ tokens: count, browsers: count, passwords: count }),
  examples: [
    { says: 'a phone was stolen, and nobody knows which token it had', params: {} },
    { says: 'a backup was restored that is older than the last password', params: { passwords: true } },
  ],
  changes: true,
  danger({ db }, { passwords }) {
    const [tokens, people] = db
      .prepare(
        "SELECT (SELECT count(*) FROM api_tokens), (SELECT count(*) FROM users WHERE hashed_password IS NOT NULL AND managed_by = 'site')",
      )
      .raw()
      .get() as [number, number]
    const lost = passwords
      ? ` ${people} accounts will be without a password: make the first of an owner with sudo lares setup on the machine of the hub.`
      : ''
    if (tokens === 0 && (!passwords || people === 0)) return null
    return `All tokens (${tokens}) become worthless at once, those of Home Assistant and of other programs too: each needs a new one.${lost}`
  },
  run(context, { passwords }) {
    const { db, now, caller } = context
    const tokens = db.prepare('SELECT id, user_id AS user, name FROM api_tokens ORDER BY id').all() as {
      id: string
      user: string
      name: string
    }[]
    const by = caller.principal
    for (const { id, user, name } of tokens) {
      db.prepare('DELETE FROM api_tokens WHERE id = ?').run(id)
      context.effect({ kind: 'disconnect_user', user, token: id, reason: 'its token was revoked' })
      context.addEvent({ type: 'token_revoked', user, source: 'user', data: { name, by } })
    }
    const people = db.prepare('SELECT DISTINCT user_id FROM web_sessions ORDER BY user_id').pluck().all() as string[]
    const reason = 'all logins were ended'
    const browsers = people.reduce((sum, user) => sum + endWebSessions(context, user, { reason }), 0)
    return { tokens: tokens.length, browsers, passwords: passwords ? forgetPasswords() : 0 }

    /** What central manages it sends again. */
    function forgetPasswords(): number {
      const own = db
        .prepare("SELECT id FROM users WHERE hashed_password IS NOT NULL AND managed_by = 'site' ORDER BY id")
        .pluck()
        .all() as string[]
      for (const user of own) {
        db.prepare('UPDATE users SET hashed_password = NULL, updated_at = ? WHERE id = ?').run(now, user)
        context.addEvent({ type: 'user_updated', user, source: 'user', data: { password: 'taken away', by } })
      }
      return own.length
    }
  },
})
