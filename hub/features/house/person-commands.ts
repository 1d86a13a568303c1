import { z } from 'zod'
import { objectParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand, type CallContext, type QueryContext } from '../../engine/admin-command.ts'
import { conditions } from '../../query/list-query.ts'
import { columnsSaid, updateRow } from '../../query/row-changes.ts'
import { email, type UserRow } from '../users/email.ts'
import { ownedAlone, ownerlessWords } from './last-owner.ts'
import { memberLine, membersOf, ROLES } from './members.ts'
import { houseNamed, houseParam } from './named-house.ts'
import { PERSON, type RowInHouse, rowNamed } from './named-row.ts'
import { nameParam, placeName, SAYS_NOTHING, saysSomething } from './names.ts'
import { livesByHouses, newMember } from './people-commands.ts'

/** By id, by name where only one has it, or by the address of the account. */
const who = { person: nameParam, house: houseParam.optional() }

export const showPerson = adminCommand({
  area: 'people',
  verb: 'show',
  needs: 'read',
  summary: 'One person of a house: whether they are at home, what they carry, what they like',
  params: z.strictObject(who),
  result: z.strictObject({
    person: z.strictObject({
      ...memberLine.shape,
      preferences: z.record(z.string(), z.json()),
      schedule: z.record(z.string(), z.json()),
    }),
    /** Devices whose connection says whether the person is at home. */
    carries: z.array(z.strictObject({ name: z.string(), id: z.string(), status: z.string() })),
  }),
  examples: [{ says: 'somebody by name', params: { person: 'Anna' } }],
  positional: ['person'],
  changes: false,
  query(context, params) {
    const { db } = context
    const { id } = personIn(context, params)
    const [line] = membersOf(db, conditions().when('p.id = ?', id), 1)
    const more = db.prepare('SELECT preferences, schedule FROM people WHERE id = ?').get(id) as {
      preferences: string
      schedule: string
    }
    return {
      person: { ...line, preferences: JSON.parse(more.preferences), schedule: JSON.parse(more.schedule) },
      carries: db
        .prepare(
          'SELECT name, id, status FROM devices WHERE carried_by = ? AND revoked_at IS NULL ORDER BY name, id LIMIT 1000',
        )
        .all(id),
    }
  },
})

export const updatePerson = adminCommand({
  area: 'people',
  verb: 'update',
  needs: 'configure',
  summary: "Change a person's name or role in a house, what they like, and when they are there",
  params: z
    .strictObject({
      ...who,
      name: placeName.optional(),
      role: z.enum(ROLES).optional(),
      email: email.optional().meta({ description: 'of an account that the person has now' }),
      preferences: objectParam.optional().meta({ description: 'a JSON object, in the place of what is there' }),
      schedule: objectParam.optional().meta({ description: 'a JSON object, in the place of what is there' }),
    })
    .refine((params) => saysSomething(params, 'person', 'house'), SAYS_NOTHING),
  result: z.strictObject({ person: z.string(), name: z.string(), role: z.string(), house: z.string() }),
  examples: [
    { says: 'another role', params: { person: 'anna@example.com', role: 'owner' } },
    { says: 'another name', params: { person: 'Anna', name: 'Ann' } },
  ],
  positional: ['person'],
  changes: true,
  danger(context, params) {
    if (params.role === undefined || params.role === 'owner') return null
    const { name, house, user } = memberOf(context, params)
    const ownerless = user === null ? '' : ownerlessWords(ownedAlone(context.db, user.id, house))
    return ownerless === '' ? null : `${name} will be ${params.role} of this house.${ownerless}`
  },
  run(context, params) {
    const { id, house, user: known } = memberOf(context, params)
    const before = rowOf(context.db, id)
    const user = params.email === undefined ? known : withAccount(context, { id, house, known, email: params.email })
    updateRow(context, { table: 'people', id }, columnsSaid(params, ['name', 'role', 'preferences', 'schedule']))
    const { name, role } = rowOf(context.db, id)
    // Rights are those of the login: who has others now is to log in again.
    if ((role !== before.role || user !== known) && user !== null && livesByHouses(user))
      context.effect({ kind: 'disconnect_user', user: user.id, reason: 'is something else in a house now' })
    const { person: _, house: __, ...changed } = params
    context.addEvent({
      ...{ type: 'person_updated', house, source: 'user' },
      ...(user === null ? {} : { user: user.id }),
      data: { person: id, changed: Object.keys(changed), role, by: context.caller.principal },
    })
    return { person: id, name, role, house }
  },
})

/** Gives a person without an account the one that they have now. Throws as `newMember`, and where the person has one. */
function withAccount(
  context: CallContext,
  { id, house, known, email }: { id: string; house: string; known: UserRow | null; email: string },
): UserRow {
  if (known !== null)
    throw new LaresError('already_exists', 'email: the person has an account already', {
      hint: 'For another account: lares people add ADDRESS, and remove this person.',
    })
  const user = newMember(context, house, email)
  updateRow(context, { table: 'people', id }, { user_id: user.id })
  return user
}

/** Throws as `rowNamed` and `houseNamed`. */
export function personIn(
  context: Pick<QueryContext, 'db' | 'caller'>,
  params: { person: string; house?: string | undefined },
): RowInHouse {
  return rowNamed(
    context,
    PERSON,
    params.person,
    params.house === undefined ? undefined : houseNamed(context, params.house),
  )
}

function memberOf(
  context: Pick<QueryContext, 'db' | 'caller'>,
  params: { person: string; house?: string | undefined },
) {
  const { id, name, house_id } = personIn(context, params)
  const user = context.db
    .prepare(
      'SELECT u.id, u.full_name, u.role, u.is_active FROM people p JOIN users u ON u.id = p.user_id WHERE p.id = ?',
    )
    .get(id) as UserRow | undefined
  return { id, name, house: house_id as string, user: user ?? null }
}

function rowOf(db: Database, person: string) {
  return db.prepare('SELECT name, role FROM people WHERE id = ?').get(person) as { name: string; role: string }
}
