import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { insertRow } from '../../query/row-changes.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { email, refuseProgram, type UserRow, userWithEmail } from '../users/email.ts'
import { ownedAlone, ownerlessWords } from './last-owner.ts'
import { memberLine, membersOf, ROLES } from './members.ts'
import { houseNamed, houseParam } from './named-house.ts'
import { PERSON, rowNamed } from './named-row.ts'
import { nameParam, placeName } from './names.ts'

export const listPeople = adminCommand({
  area: 'people',
  verb: 'list',
  needs: 'read',
  summary: 'Who belongs to which house, and is at home',
  params: z.strictObject({
    house: houseParam.optional(),
    name: text(255).optional(),
    email: email.optional(),
    role: z.enum(ROLES).optional(),
    is_present: z.boolean().optional().meta({ description: 'who is at home, or with no who is not' }),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({ people: z.array(memberLine), next: z.string().optional() }),
  examples: [
    { says: 'everybody', params: {} },
    { says: 'who is at home', params: { is_present: true } },
  ],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const asked = conditions(visibleHouses(caller, 'p.house_id'))
      .when('p.house_id = ?', house)
      .when('p.name = ?', params.name)
      .when('u.email = ?', params.email)
      .when('p.role = ?', params.role)
      .when('p.is_present = ?', params.is_present === undefined ? undefined : Number(params.is_present))
    const where = after(db, asked, { table: 'people', alias: 'p', order: ['name', 'id'], key: params.after })
    const { rows, next } = page(membersOf(db, where, params.limit + 1), params.limit, ({ id }) => id)
    return { people: rows, ...(next === undefined ? {} : { next }) }
  },
})

export const addPerson = adminCommand({
  area: 'people',
  verb: 'add',
  needs: 'configure',
  summary: 'Let a person belong to a house, and do there what the role allows to their account',
  params: z
    .strictObject({
      /** Of the account; absent: a person without one. */
      email: email.optional(),
      role: z.enum(ROLES).default('resident'),
      house: houseParam.optional(),
      /** Absent: the name of the account, where an administrator asks; otherwise what stands before the @ of its address. */
      name: placeName.optional(),
    })
    .refine(({ email, name }) => email !== undefined || name !== undefined, 'says neither whose account nor what name'),
  result: z.strictObject({ person: z.string(), name: z.string(), role: z.string(), house: z.string() }),
  examples: [
    { says: 'somebody who lives here', params: { email: 'anna@example.com' } },
    { says: 'a guest', params: { email: 'anna@example.com', role: 'guest' } },
    { says: 'somebody without an account', params: { name: 'Grandma' } },
  ],
  positional: ['email'],
  changes: true,
  run(context, params) {
    const house = houseNamed(context, params.house)
    const user = params.email === undefined ? null : newMember(context, house, params.email)
    const name = params.name ?? (user && nameFor(context.caller, user)) ?? (params.email ?? '').replace(/@.*/, '')
    const person = insertRow(context, 'people', {
      ...{ house_id: house, user_id: user?.id ?? null, name, role: params.role },
    })
    // Rights are those of the login; with the next one it gets what is retained, too.
    if (user && livesByHouses(user))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'now belongs to another house' })
    context.addEvent({
      type: 'person_added',
      house,
      ...(user ? { user: user.id } : {}),
      source: 'user',
      data: { person, role: params.role, by: context.caller.principal },
    })
    return { person, name, role: params.role, house }
  },
})

/** The account of somebody who is to belong to the house with it. Throws `not_found`, `bad_params` and `already_exists`. */
export function newMember({ db, caller }: Pick<CallContext, 'db' | 'caller'>, house: string, address: string): UserRow {
  const user = userWithEmail(db, address, caller)
  refuseProgram(user, address)
  const known = db.prepare('SELECT role FROM people WHERE house_id = ? AND user_id = ?').pluck().get(house, user.id)
  if (known !== undefined)
    throw new LaresError('already_exists', `${address} belongs to this house already, as ${String(known)}`, {
      hint: `For another role: lares people update ${address} --role ROLE.`,
    })
  return user
}

/** An owner may add anybody whose address they know, and is not to learn the name by it. */
function nameFor({ houses }: Pick<AuthorizedCaller, 'houses'>, user: UserRow): string | null {
  return houses === null ? user.full_name : null
}

/** An administrator has every right whatever the houses are: an owner's change ends no connection of theirs. */
export function livesByHouses({ role }: UserRow): boolean {
  return role !== 'admin'
}

export const removePerson = adminCommand({
  area: 'people',
  verb: 'remove',
  needs: 'configure',
  summary: 'Let a person belong to a house no longer; the account stays',
  params: z
    .strictObject({
      email: email.optional(),
      house: houseParam.optional(),
      person: nameParam.optional().meta({ description: 'by name or id, where there is no account' }),
    })
    .refine(({ email, person }) => (email === undefined) !== (person === undefined), 'names nobody, or two people'),
  result: z.strictObject({ person: z.string(), house: z.string() }),
  examples: [
    { says: 'somebody who moved out', params: { email: 'anna@example.com' } },
    { says: 'somebody without an account', params: { person: 'Anna' } },
  ],
  positional: ['email'],
  changes: true,
  danger(context, params) {
    const { person, name, house, user } = memberMeant(context, params)
    const ownerless = user === null ? '' : ownerlessWords(ownedAlone(context.db, user.id, house))
    const devices = belongings(context.db, { person, house, user })
    const left = devices.length === 0 ? '' : ` Nobody's will be ${devices.join(', ')}.`
    return ownerless + left === ''
      ? null
      : `${params.email ?? name} will belong to this house no longer.${ownerless}${left}`
  },
  run(context, params) {
    const { db } = context
    const { person, house, user } = memberMeant(context, params)
    disown(context, { person, house, user })
    db.prepare('DELETE FROM people WHERE id = ?').run(person)
    if (user && livesByHouses(user))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'belongs to a house no longer' })
    context.addEvent({
      type: 'person_removed',
      house,
      ...(user ? { user: user.id } : {}),
      source: 'user',
      data: { person, by: context.caller.principal },
    })
    return { person, house }
  },
})

/** Devices of the house that somebody owns or carries. */
const THEIRS =
  'FROM devices WHERE house_id = @house AND (carried_by = @person OR owner_id = @user) AND revoked_at IS NULL'

type Leaving = Pick<Meant, 'person' | 'house' | 'user'>

function belongings(db: CallContext['db'], { person, house, user }: Leaving): string[] {
  return db
    .prepare(`SELECT name ${THEIRS} ORDER BY name`)
    .pluck()
    .all({ person, house, user: user?.id ?? null }) as string[]
}

/** Who belongs to a house no longer owns and carries nothing in it. */
function disown({ db, now }: CallContext, { person, house, user }: Leaving): void {
  const owned = 'UPDATE devices SET owner_id = NULL, updated_at = ? WHERE house_id = ? AND owner_id = ?'
  db.prepare(owned).run(now, house, user?.id ?? null)
  db.prepare('UPDATE devices SET carried_by = NULL, updated_at = ? WHERE carried_by = ?').run(now, person)
}

interface Meant {
  person: string
  name: string
  house: string
  /** `null`: without an account. */
  user: UserRow | null
}

/** Who is to leave which house. Throws `not_found`. */
function memberMeant(
  context: Pick<CallContext, 'db' | 'caller'>,
  params: { email?: string | undefined; person?: string | undefined; house?: string | undefined },
): Meant {
  const { db } = context
  const accounts = db.prepare('SELECT id, full_name, role, is_active FROM users WHERE id = ?')
  if (params.email === undefined) {
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const { id, name, house_id } = rowNamed(context, PERSON, params.person ?? '', house)
    const user = db.prepare('SELECT user_id FROM people WHERE id = ?').pluck().get(id)
    return { person: id, name, house: house_id as string, user: (accounts.get(user) as UserRow | undefined) ?? null }
  }
  const house = houseNamed(context, params.house)
  const user = userWithEmail(db, params.email, context.caller)
  const row = db.prepare('SELECT id AS person, name FROM people WHERE house_id = ? AND user_id = ?').get(house, user.id)
  if (row === undefined)
    throw new LaresError('not_found', `${params.email} does not belong to this house`, {
      hint: 'See lares people list.',
    })
  return { ...(row as Pick<Meant, 'person' | 'name'>), house, user }
}
