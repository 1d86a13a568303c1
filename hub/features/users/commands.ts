import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions, page } from '../../query/list-query.ts'
import { endWebSessions } from '../logins/web-sessions.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { email, isProgramAddress, programName, refuseProgram, type UserRow, userWithEmail } from './email.ts'
import { isLastAdministrator, NO_ADMINISTRATOR, nobodyLeftWords } from './nobody-left.ts'
import { setPassword } from './password-command.ts'
import { hashPassword } from './passwords.ts'
import { createProgram, createProgramToken, listPrograms } from './program-commands.ts'
import { revokeEverything } from './revoke-everything.ts'
import { createToken, listTokens, revokeToken } from './token-commands.ts'

export const createUser = adminCommand({
  area: 'users',
  verb: 'create',
  needs: 'administer',
  summary: 'Make an account for a person',
  params: z.strictObject({
    email,
    /** At least ten characters; the command line asks for it. */
    password: text(200).min(10),
    full_name: text(255).optional(),
    /** An administrator may everything; a user what they are let do in their houses. */
    role: z.enum(['admin', 'user']).default('user'),
  }),
  result: z.strictObject({ user: z.string(), email: z.string(), role: z.string() }),
  examples: [
    { says: 'an account for a person', params: { email: 'paul@example.com', password: 'long enough to be one' } },
  ],
  positional: ['email'],
  changes: true,
  secretParams: ['password'],
  prepare: (params) => hashPassword(params.password),
  run(context, params) {
    if (isProgramAddress(params.email))
      throw new LaresError('bad_params', `${params.email} is the address of a program, not of a person`, {
        hint: `Make an account for a program: lares programs create ${programName(params.email)} --rights read.`,
      })
    if (context.db.prepare('SELECT 1 FROM users WHERE email = ?').get(params.email))
      throw new LaresError('already_exists', `${params.email} has an account already`)
    const id = context.id()
    context.db
      .prepare(
        'INSERT INTO users (id, email, hashed_password, full_name, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(id, params.email, String(context.prepared), params.full_name ?? null, params.role, context.now, context.now)
    context.addEvent({
      type: 'user_created',
      user: id,
      source: 'user',
      data: { role: params.role, by: context.caller.principal },
    })
    return { user: id, email: params.email, role: params.role }
  },
})

export const listUsers = adminCommand({
  area: 'users',
  verb: 'list',
  needs: 'administer',
  summary: 'The accounts of this hub',
  params: z.strictObject({ limit: z.int().min(1).max(1_000).default(500), after: text(255).optional() }),
  result: z.strictObject({
    users: z.array(
      z.strictObject({
        email: z.string(),
        full_name: z.string().nullable(),
        role: z.string(),
        is_active: z.boolean(),
        created_at: time,
        managed_by: z.string().nullable(),
        id: id,
      }),
    ),
    next: z.string().optional(),
  }),
  examples: [{ says: 'who has an account', params: {} }],
  changes: false,
  query({ db }, params) {
    const where = conditions().when('email > ?', params.after)
    const users = db
      .prepare(
        `SELECT id, email, full_name, role, is_active, managed_by, created_at FROM users WHERE ${where.sql} ORDER BY email LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { email: string; is_active: number }[]
    const { rows, next } = page(users, params.limit, (user) => user.email)
    const shown = rows.map((user) => ({ ...user, is_active: user.is_active === 1 }))
    return { users: shown, ...(next === undefined ? {} : { next }) }
  },
})

export const updateUser = adminCommand({
  area: 'users',
  verb: 'update',
  needs: 'administer',
  summary: "Change a person's name or role, or close the account",
  params: z
    .strictObject({
      email,
      full_name: text(255).optional(),
      role: z.enum(['admin', 'user']).optional(),
      is_active: z.boolean().optional(),
    })
    .refine(
      ({ email: _, ...changes }) => Object.values(changes).some((value) => value !== undefined),
      'says nothing to change',
    ),
  result: z.strictObject({ user: z.string(), email: z.string() }),
  examples: [
    { says: 'another name', params: { email: 'anna@example.com', full_name: 'Anna Example' } },
    { says: 'close an account', params: { email: 'anna@example.com', is_active: false } },
  ],
  positional: ['email'],
  changes: true,
  danger({ db }, params) {
    const account = openAccount(db, params.email)
    // Who has no account, or a closed one, loses nothing.
    if (!account) return null
    const { id, role, tokens } = account
    const programs = role === 'device' ? '' : ' of programs that speak for the person'
    if (params.is_active === false)
      return (
        `${params.email} will be shut out at once, with ${tokens} tokens${programs}, until the account is opened again.` +
        nobodyLeftWords(db, id)
      )
    const administers = isLastAdministrator(db, id)
    return administers && params.role === 'user' ? `${params.email} will administer nothing.${NO_ADMINISTRATOR}` : null
  },
  run(context, params) {
    const { db, now } = context
    const user = userWithEmail(db, params.email)
    refuseCentral(db, 'users', user.id)
    if (params.role !== undefined) refuseProgram(user, params.email)
    db.prepare(
      'UPDATE users SET full_name = coalesce(?, full_name), role = coalesce(?, role), is_active = coalesce(?, is_active), updated_at = ? WHERE id = ?',
    ).run(
      params.full_name ?? null,
      params.role ?? null,
      params.is_active === undefined ? null : Number(params.is_active),
      now,
      user.id,
    )
    // Rights are those of the login: who has fewer now is to log in again.
    if (params.is_active === false) endWebSessions(context, user.id, { reason: 'the account was closed' })
    if (params.is_active === false || (params.role !== undefined && params.role !== user.role))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'the account was changed' })
    context.addEvent({
      type: 'user_updated',
      user: user.id,
      source: 'user',
      data: { role: params.role, is_active: params.is_active, by: context.caller.principal },
    })
    return { user: user.id, email: params.email }
  },
})

function openAccount(db: Database, address: string) {
  const sql =
    'SELECT u.id, u.role, count(t.id) AS tokens FROM users u LEFT JOIN api_tokens t ON t.user_id = u.id ' +
    'WHERE u.email = ? AND u.is_active = 1 GROUP BY u.id'
  return db.prepare(sql).get(address) as (Pick<UserRow, 'role'> & { id: string; tokens: number }) | undefined
}

export const deleteUser = adminCommand({
  area: 'users',
  verb: 'delete',
  needs: 'administer',
  summary: 'Take an account away for good, with its tokens; what the person did stays in the events',
  params: z.strictObject({ email }),
  result: z.strictObject({ user: z.string(), email: z.string() }),
  examples: [{ says: 'an account that nobody needs', params: { email: 'anna@example.com' } }],
  positional: ['email'],
  changes: true,
  danger({ db }, params) {
    const { id } = userWithEmail(db, params.email)
    const count = (sql: string) => Number(db.prepare(sql).pluck().get(id))
    const tokens = count('SELECT count(*) FROM api_tokens WHERE user_id = ?')
    const houses = count('SELECT count(DISTINCT house_id) FROM people WHERE user_id = ?')
    return `The account ${params.email} will be gone for good, with ${tokens} tokens, and will belong to ${houses} houses no longer.${nobodyLeftWords(db, id)}`
  },
  run(context, params) {
    const { db } = context
    const user = userWithEmail(db, params.email)
    refuseCentral(db, 'users', user.id)
    db.prepare('DELETE FROM people WHERE user_id = ?').run(user.id)
    db.prepare('DELETE FROM users WHERE id = ?').run(user.id)
    context.effect({ kind: 'disconnect_user', user: user.id, reason: 'the account was deleted' })
    context.addEvent({
      type: 'user_deleted',
      source: 'user',
      data: { user: user.id, role: user.role, by: context.caller.principal },
    })
    return { user: user.id, email: params.email }
  },
})

export const COMMANDS = [
  createUser,
  listUsers,
  updateUser,
  setPassword,
  deleteUser,
  createToken,
  listTokens,
  revokeToken,
  revokeEverything,
  createProgram,
  createProgramToken,
  listPrograms,
] as const
