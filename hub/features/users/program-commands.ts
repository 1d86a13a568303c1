import { z } from 'zod'
import { time, timeAheadParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { RightGrant } from '../../engine/house-rights.ts'
import { houseNamed } from '../house/named-house.ts'
import { programAddress, programName, refuseClosed, type UserRow, userWithEmail } from './email.ts'
import { readRights, rightsText, rightsWords } from './program-rights.ts'
import { expiryOf, makeToken, tokenName } from './token-commands.ts'

const newName = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'has only a-z, 0-9 and - within')

const knownName = z
  .string()
  .max(255)
  .regex(
    /^(?:[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*|[^\s@]+@[^\s@]+)$/,
    'is the name of a program, or the address of its account',
  )
  .transform((value) => value.toLowerCase())

const given = {
  rights: rightsText.describe('see, read or control, also in one area: read,devices:control'),
  /** Absent: the only house there is. */
  houses: text(1_000).min(1).optional().describe('names or ids, with commas between'),
  /** Absent: good until it is revoked. As a text: when, or after which span. */
  expires: timeAheadParam.optional(),
}

const made = z.strictObject({
  program: z.string(),
  token: z.string(),
  rights: z.string(),
  houses: z.array(z.string()),
  expires_at: time.nullable(),
  email: z.string(),
})

export const createProgram = adminCommand({
  area: 'programs',
  verb: 'create',
  needs: 'administer',
  summary: 'Make an account for a program that speaks for nobody, and its token; shown once',
  params: z.strictObject({ name: newName, ...given }),
  result: made,
  examples: [
    {
      says: 'a display that shows values, and hears no conversations',
      params: { name: 'display', rights: 'readings:read' },
    },
    { says: 'an automation', params: { name: 'thermostat', rights: 'read,devices:control', expires: '365d' } },
  ],
  positional: ['name'],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { areas }) => areas(),
  run(context, params) {
    const email = programAddress(params.name)
    const { db, now } = context
    if (db.prepare('SELECT 1 FROM users WHERE email = ?').get(email))
      throw new LaresError('already_exists', `there is a program ${params.name} already`, {
        hint: `For another token of it: lares programs token ${params.name} TOKEN --rights ${params.rights}.`,
      })
    const grants = grantsOf(context, params)
    const program = context.id()
    db.prepare(
      "INSERT INTO users (id, email, full_name, role, created_at, updated_at) VALUES (?, ?, ?, 'device', ?, ?)",
    ).run(program, email, params.name, now, now)
    context.addEvent({ type: 'user_created', user: program, source: 'user', data: { role: 'device' } })
    return giveToken(context, { program, email, name: params.name, expires: params.expires, ...grants })
  },
})

export const createProgramToken = adminCommand({
  area: 'programs',
  verb: 'token',
  needs: 'administer',
  summary: 'Make another token for a program, with rights of its own; shown once',
  params: z.strictObject({ name: knownName, token_name: tokenName, ...given }),
  result: made,
  examples: [
    {
      says: 'a new one before the old one is revoked',
      params: { name: 'display', token_name: '2027', rights: 'read' },
    },
  ],
  positional: ['name', 'token_name'],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { areas }) => areas(),
  run(context, params) {
    const email = programAddress(params.name)
    const program = userWithEmail(context.db, email)
    refuseClosed(program, email)
    refusePerson(program, email)
    const grants = grantsOf(context, params)
    return giveToken(context, {
      program: program.id,
      email,
      name: params.token_name,
      expires: params.expires,
      ...grants,
    })
  },
})

const line = z.strictObject({
  name: z.string(),
  token_name: z.string().nullable(),
  rights: z.string().nullable(),
  houses: z.array(z.string()),
  last_used_at: time.nullable(),
  expires_at: time.nullable(),
  is_active: z.boolean(),
  email: z.string(),
  created_at: time,
  id: z.string(),
})

interface ProgramRow {
  email: string
  rights: string | null
  houses: string | null
  is_active: number
}

export const listPrograms = adminCommand({
  area: 'programs',
  verb: 'list',
  needs: 'administer',
  summary: 'Programs with accounts of their own, what each of their tokens allows, and when it was last used to log in',
  params: z.strictObject({}),
  result: z.strictObject({ programs: z.array(line) }),
  examples: [{ says: 'what may do something by itself', params: {} }],
  changes: false,
  query({ db }) {
    const names = db.prepare('SELECT name FROM houses WHERE id = ?').pluck()
    const programs = db
      .prepare(
        'SELECT t.name AS token_name, t.rights, t.houses, t.last_used_at, t.expires_at, u.is_active, u.email, u.created_at, u.id ' +
          "FROM users u LEFT JOIN api_tokens t ON t.user_id = u.id WHERE u.role = 'device' ORDER BY u.email, t.name LIMIT 1000",
      )
      .all() as ProgramRow[]
    return {
      programs: programs.map(({ rights, houses, ...program }) => ({
        ...program,
        name: programName(program.email),
        rights: rights === null ? null : rightsWords(JSON.parse(rights) as RightGrant[]),
        houses: (JSON.parse(houses ?? '[]') as string[]).map(
          (house) => (names.get(house) as string | undefined) ?? house,
        ),
        is_active: program.is_active === 1,
      })),
    }
  },
})

/** A token with rights is a program's: an account of a person has the rights of the person. Throws `bad_params`. */
function refusePerson({ role }: UserRow, address: string): void {
  if (role === 'device') return
  throw new LaresError('bad_params', `${address} is the account of a person, and no program`, {
    hint: `Let a program speak for the person: lares users token ${address} TOKEN.`,
  })
}

function grantsOf(context: CallContext, params: { rights: string; houses?: string | undefined }) {
  const names = params.houses?.split(',').map((name) => name.trim()) ?? [undefined]
  return {
    rights: readRights(params.rights, context.prepared as string[]),
    houses: [...new Set(names.map((name) => houseNamed(context, name)))],
  }
}

function giveToken(
  context: CallContext,
  wish: {
    program: string
    email: string
    name: string
    expires: number | string | undefined
    rights: RightGrant[]
    houses: string[]
  },
) {
  const { program, email, name, rights, houses } = wish
  const expiresAt = expiryOf(wish.expires, context.now)
  const token = makeToken(context, { user: program, email, name, expiresAt, grants: { rights, houses } })
  const names = context.db.prepare('SELECT name FROM houses WHERE id = ?').pluck()
  return {
    program,
    token,
    rights: rightsWords(rights),
    houses: houses.map((house) => names.get(house)),
    expires_at: expiresAt,
    email,
  }
}
