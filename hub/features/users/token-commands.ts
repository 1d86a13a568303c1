import { z } from 'zod'
import { time, timeAheadParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { readTime } from '../../../shared/read-time.ts'
import { shellWord } from '../../../shared/shell-word.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { RightGrant } from '../../engine/house-rights.ts'
import { hashSecret } from '../devices/joining.ts'
import { endWebSessions } from '../logins/web-sessions.ts'
import { email, refuseClosed, refuseProgram, userWithEmail } from './email.ts'

export const tokenName = text(100).min(1)

export const createToken = adminCommand({
  area: 'users',
  verb: 'token',
  needs: 'administer',
  summary: 'Make a token with which a program may speak for a person; shown once',
  params: z.strictObject({
    email,
    name: tokenName,
    integration: z.boolean().default(false),
    /** Absent: good until it is revoked. As a text: when, or after which span. */
    expires: timeAheadParam.optional(),
  }),
  result: z.strictObject({ user: z.string(), token: z.string(), expires_at: time.nullable() }),
  examples: [
    { says: 'for a script', params: { email: 'anna@example.com', name: 'script' } },
    { says: 'for Home Assistant', params: { email: 'anna@example.com', name: 'Home Assistant', integration: true } },
    { says: 'for a phone that stays a month', params: { email: 'anna@example.com', name: 'visitor', expires: '30d' } },
  ],
  positional: ['email', 'name'],
  changes: true,
  secretAnswer: true,
  run(context, params) {
    const { db, now } = context
    const user = userWithEmail(db, params.email)
    refuseClosed(user, params.email)
    refuseProgram(user, params.email)
    const expiresAt = expiryOf(params.expires, now)
    const { email, name, integration } = params
    const token = makeToken(context, { user: user.id, email, name, integration, expiresAt })
    return { user: user.id, token, expires_at: expiresAt }
  },
})

/** A new token of an account, which is kept as its hash only. Throws `already_exists` where one has the name. */
export function makeToken(
  context: CallContext,
  wish: {
    user: string
    email: string
    name: string
    expiresAt: number | null
    integration?: boolean
    /** Of a program's: what it may do, and in which houses. */
    grants?: { rights: readonly RightGrant[]; houses: readonly string[] }
  },
): string {
  const { user, email, name, expiresAt, integration = false, grants } = wish
  const { db, now } = context
  if (db.prepare('SELECT 1 FROM api_tokens WHERE user_id = ? AND name = ?').get(user, name))
    throw new LaresError('already_exists', `${email} has a token called ${name} already`, {
      hint: `Choose another name, or revoke that one: lares tokens revoke ${email} ${shellWord(name)}.`,
    })
  const token = Buffer.from(context.random(32)).toString('base64url')
  const [rights, houses] = grants ? [JSON.stringify(grants.rights), JSON.stringify(grants.houses)] : [null, null]
  db.prepare(
    'INSERT INTO api_tokens (id, user_id, name, token_hash, integration, rights, houses, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(context.id(), user, name, hashSecret(token), integration ? 1 : 0, rights, houses, expiresAt, now)
  const data = { name, expires_at: expiresAt, ...grants, by: context.caller.principal }
  context.addEvent({ type: 'token_created', user, source: 'user', data })
  return token
}

/** Throws `bad_params` for a time that is over. */
export function expiryOf(given: number | string | undefined, now: number): number | null {
  if (given === undefined) return null
  const at = typeof given === 'number' ? given : readTime(given, { now, ahead: true })
  if (at > now) return at
  throw new LaresError('bad_params', 'expires: is in the past', { hint: 'Write when, or after how long: 30d.' })
}

const tokenLine = z.strictObject({
  name: z.string(),
  email: z.string(),
  last_used_at: time.nullable(),
  is_connected: z.boolean(),
  expires_at: time.nullable(),
  integration: z.boolean(),
  created_at: time,
  id: z.string(),
})

export const listTokens = adminCommand({
  area: 'tokens',
  verb: 'list',
  needs: 'administer',
  summary: 'The tokens of people and programs, and when each was last used to log in',
  params: z.strictObject({ email: email.optional() }),
  result: z.strictObject({ tokens: z.array(tokenLine) }),
  examples: [{ says: 'all tokens', params: {} }],
  positional: ['email'],
  changes: false,
  async prepare(_params, { tokensInUse }) {
    return tokensInUse()
  },
  run({ db, prepared }, params) {
    const user = params.email === undefined ? null : userWithEmail(db, params.email).id
    const connected = new Set(prepared as string[])
    const tokens = db
      .prepare(
        'SELECT t.name, u.email, t.last_used_at, t.expires_at, t.integration, t.created_at, t.id FROM api_tokens t ' +
          'JOIN users u ON u.id = t.user_id WHERE ? IS NULL OR u.id = ? ORDER BY u.email, t.name, t.id LIMIT 1000',
      )
      .all(user, user) as { id: string; integration: number }[]
    return {
      tokens: tokens.map((token) => ({
        ...token,
        integration: token.integration === 1,
        is_connected: connected.has(token.id),
      })),
    }
  },
})

export const revokeToken = adminCommand({
  area: 'tokens',
  verb: 'revoke',
  needs: 'administer',
  summary: 'Make a token worthless, at once: what is connected with it is shut out',
  params: z
    .strictObject({
      email,
      /** Its name, or its id. */
      token: text(100).min(1).optional(),
      /** Every token of this person, and every browser that they are logged in with. */
      all: z.boolean().default(false),
    })
    .refine(({ token, all }) => (token !== undefined) !== all, 'name a token, or say all'),
  result: z.strictObject({ user: z.string(), revoked: z.array(z.string()) }),
  examples: [
    { says: 'a phone that was lost', params: { email: 'anna@example.com', token: 'phone' } },
    { says: 'everything that speaks for a person', params: { email: 'anna@example.com', all: true } },
  ],
  positional: ['email', 'token'],
  changes: true,
  run(context, params) {
    const { db } = context
    const user = userWithEmail(db, params.email)
    const tokens = db
      .prepare(
        'SELECT id, name FROM api_tokens WHERE user_id = ? AND (? IS NULL OR id = ? OR name = ?) ORDER BY name, id',
      )
      .all(user.id, ...Array<string | null>(3).fill(params.token ?? null)) as { id: string; name: string }[]
    if (tokens.length === 0 && params.token !== undefined)
      throw new LaresError('not_found', `${params.email} has no token ${params.token}`, {
        hint: `See lares tokens list ${params.email}.`,
      })
    for (const { id, name } of tokens) {
      db.prepare('DELETE FROM api_tokens WHERE id = ?').run(id)
      context.effect({ kind: 'disconnect_user', user: user.id, token: id, reason: 'its token was revoked' })
      context.addEvent({
        type: 'token_revoked',
        user: user.id,
        source: 'user',
        data: { name, by: context.caller.principal },
      })
    }
    if (params.all) endWebSessions(context, user.id, { reason: 'all logins were ended' })
    return { user: user.id, revoked: tokens.map(({ name }) => name) }
  },
})
