import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { email, refuseProgram, type UserRow, userWithEmail } from '../users/email.ts'
import { ownedAlone, ownerlessWords } from './last-owner.ts'
import { houseNamed, houseParam } from './named-house.ts'

const ROLES = ['owner', 'resident', 'guest'] as const

export const memberLine = z.strictObject({
  name: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  house: z.string(),
  created_at: time,
  id: z.string(),
})

/** People of houses, those with an account by its address. */
export function membersOf(db: Database, where: { sql: string; values: readonly string[] }): unknown[] {
  return db
    .prepare(
      'SELECT p.name, u.email, p.role, h.name AS house, p.created_at, p.id FROM people p JOIN houses h ON h.id = p.house_id ' +
        `LEFT JOIN users u ON u.id = p.user_id WHERE ${where.sql} ORDER BY h.name, p.name, p.id LIMIT 1000`,
    )
    .all(...where.values)
}

export const listPeople = adminCommand({
  area: 'people',
  verb: 'list',
  needs: 'read',
  summary: 'Who belongs to which house',
  params: z.strictObject({ house: houseParam.optional() }),
  result: z.strictObject({ people: z.array(memberLine) }),
  examples: [{ says: 'everybody', params: {} }],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const visible =
      params.house === undefined
        ? visibleHouses(context.caller, 'p.house_id')
        : { sql: 'p.house_id = ?', values: [houseNamed(context, params.house)] }
    return { people: membersOf(context.db, visible) }
  },
})

export const addPerson = adminCommand({
  area: 'people',
  verb: 'add',
  needs: 'configure',
  summary: 'Let a person with an account belong to a house, and do there what the role allows',
  params: z.strictObject({
    email,
    role: z.enum(ROLES).default('resident'),
    house: houseParam.optional(),
    /** Absent: the name of the account, where an administrator asks; otherwise what stands before the @ of its address. */
    name: text(255).min(1).optional(),
  }),
  result: z.strictObject({ person: z.string(), name: z.string(), role: z.string(), house: z.string() }),
  examples: [
    { says: 'somebody who lives here', params: { email: 'anna@example.com' } },
    { says: 'a guest', params: { email: 'anna@example.com', role: 'guest' } },
  ],
  positional: ['email'],
  changes: true,
  run(context, params) {
    const { db, now } = context
    const house = houseNamed(context, params.house)
    const user = userWithEmail(db, params.email, context.caller)
    refuseProgram(user, params.email)
    const known = db.prepare('SELECT role FROM people WHERE house_id = ? AND user_id = ?').pluck().get(house, user.id)
    if (known !== undefined)
      throw new LaresError('already_exists', `${params.email} belongs to this house already, as ${String(known)}`, {
        hint: `For another role: lares people remove ${params.email}, then add again.`,
      })
    const person = context.id()
    const name = params.name ?? nameFor(context.caller, user) ?? params.email.replace(/@.*/, '')
    db.prepare(
      'INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(person, house, user.id, name, params.role, now, now)
    // Rights are those of the login; with the next one it gets what is retained, too.
    if (livesByHouses(user))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'now belongs to another house' })
    context.addEvent({
      type: 'person_added',
      house,
      user: user.id,
      source: 'user',
      data: { person, role: params.role, by: context.caller.principal },
    })
    return { person, name, role: params.role, house }
  },
})

/** An owner may add anybody whose address they know, and is not to learn the name by it. */
function nameFor({ houses }: Pick<AuthorizedCaller, 'houses'>, user: UserRow): string | null {
  return houses === null ? user.full_name : null
}

/** An administrator has every right whatever the houses are: an owner's change ends no connection of theirs. */
function livesByHouses({ role }: UserRow): boolean {
  return role !== 'admin'
}

export const removePerson = adminCommand({
  area: 'people',
  verb: 'remove',
  needs: 'configure',
  summary: 'Let a person belong to a house no longer; the account stays',
  params: z.strictObject({ email, house: houseParam.optional() }),
  result: z.strictObject({ person: z.string(), house: z.string() }),
  examples: [{ says: 'somebody who moved out', params: { email: 'anna@example.com' } }],
  positional: ['email'],
  changes: true,
  danger(context, params) {
    const house = houseNamed(context, params.house)
    const user = userWithEmail(context.db, params.email, context.caller)
    const ownerless = ownerlessWords(ownedAlone(context.db, user.id, house))
    return ownerless === '' ? null : `${params.email} will belong to this house no longer.${ownerless}`
  },
  run(context, params) {
    const { db } = context
    const house = houseNamed(context, params.house)
    const user = userWithEmail(db, params.email, context.caller)
    const person = db.prepare('SELECT id FROM people WHERE house_id = ? AND user_id = ?').pluck().get(house, user.id) as
      | string
      | undefined
    if (person === undefined)
      throw new LaresError('not_found', `${params.email} does not belong to this house`, {
        hint: 'See lares people list.',
      })
    db.prepare('DELETE FROM people WHERE house_id = ? AND user_id = ?').run(house, user.id)
    if (livesByHouses(user))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'belongs to a house no longer' })
    context.addEvent({
      type: 'person_removed',
      house,
      user: user.id,
      source: 'user',
      data: { person, by: context.caller.principal },
    })
    return { person, house }
  },
})
