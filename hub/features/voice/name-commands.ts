import { z } from 'zod'
import { deviceParam, id } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { joinedWords } from '../../language/words.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { ROOM, rowNamed } from '../house/named-row.ts'
import { nameParam } from '../house/names.ts'
import { type SpokenName, spokenName, spokenNamesOf } from './spoken-names.ts'

/** In one house. */
const MOST_NAMES = 500

const nameLine = z.strictObject({
  name: z.string(),
  /** The own name of what is called so. */
  own: z.string(),
  kind: z.enum(['room', 'device', 'entity']),
  of: id,
  id: z.int(),
})

const params = z
  .strictObject({
    name: text(100).trim().min(1).meta({ description: 'what it is called, too' }),
    room: nameParam.optional(),
    device: deviceParam.optional(),
    entity: text(255).min(1).optional().meta({ description: 'its entity id, as lares entities list shows it' }),
    house: houseParam.optional(),
  })
  .refine(({ room, device, entity }) => [room, device, entity].filter((one) => one !== undefined).length === 1, {
    path: ['name'],
    error: 'is for one thing: say --room, --device or --entity',
  })
  .refine(({ name }) => joinedWords(name) !== '', { path: ['name'], error: 'has no word in it' })

export const addSpokenName = adminCommand({
  area: 'voice',
  verb: 'add-name',
  needs: 'configure',
  summary: 'Call a room, a device or something that it has by another name, too, when you speak of it',
  params,
  result: nameLine,
  examples: [
    { says: 'a lamp', params: { name: 'big light', device: 'kitchen-pi' } },
    { says: 'a room', params: { name: 'den', room: 'Kitchen' } },
  ],
  positional: ['name'],
  changes: true,
  run(context, wishes) {
    const { db, now, caller } = context
    const { house, column, of } = namedThing(context, wishes)
    const all = spokenNamesOf(db, house)
    const same = all.find((one) => one.of === of && joinedWords(one.name) === joinedWords(wishes.name))
    if (same !== undefined) return lineOf(same)
    if (all.length >= MOST_NAMES)
      throw new LaresError('busy', `${all.length} names are kept in this house`, {
        hint: 'Remove some that nobody says: lares voice names shows them.',
      })
    const made = db
      .prepare(`INSERT INTO spoken_names (name, ${column}, created_at) VALUES (?, ?, ?) RETURNING id`)
      .pluck()
      .get(wishes.name, of, now) as number
    context.addEvent({
      ...{ type: 'spoken_name_added', house, source: 'user' },
      data: { name: wishes.name, of, by: caller.principal },
    })
    return lineOf(spokenName(db, made) as SpokenName)
  },
})

export const listSpokenNames = adminCommand({
  area: 'voice',
  verb: 'names',
  needs: 'see',
  summary: 'What things are called beside their own names, by those who speak of them',
  params: z.strictObject({ house: houseParam.optional() }),
  result: z.strictObject({ names: z.array(nameLine) }),
  examples: [{ says: 'all of them', params: {} }],
  changes: false,
  query(context, { house }) {
    return { names: spokenNamesOf(context.db, houseNamed(context, house)).map(lineOf) }
  },
})

export const removeSpokenName = adminCommand({
  area: 'voice',
  verb: 'remove-name',
  needs: 'configure',
  summary: 'Have something no longer be called so; its own name stays',
  params: z.strictObject({ id: z.int().meta({ description: 'as lares voice names shows it' }) }),
  result: nameLine,
  examples: [{ says: 'one of them', params: { id: 1 } }],
  positional: ['id'],
  changes: true,
  run({ db, caller, addEvent }, given) {
    const found = spokenName(db, given.id)
    if (found === undefined || (caller.houses !== null && !caller.houses.includes(found.house)))
      throw new LaresError('not_found', `there is no name ${given.id}`, { hint: 'See lares voice names.' })
    db.prepare('DELETE FROM spoken_names WHERE id = ?').run(given.id)
    addEvent({
      ...{ type: 'spoken_name_removed', house: found.house, source: 'user' },
      data: { name: found.name, of: found.of, by: caller.principal },
    })
    return lineOf(found)
  },
})

function lineOf({ name, own, kind, of, id: number }: SpokenName): z.infer<typeof nameLine> {
  return { name, own, kind, of, id: number }
}

/** What is to be called so, and its column. Throws `not_found`, and what `rowNamed` and `deviceNamed` throw. */
function namedThing(
  context: CallContext,
  { room, device, entity, house }: z.infer<typeof params>,
): { house: string; column: 'room_id' | 'device_id' | 'entity_id'; of: string } {
  const { db, caller } = context
  const houseOf = (at: string) => db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(at) as string
  if (room !== undefined) {
    const found = rowNamed(context, ROOM, room, house === undefined ? undefined : houseNamed(context, house))
    return { house: found.house_id as string, column: 'room_id', of: found.id }
  }
  if (device !== undefined) {
    const of = deviceNamed(context, device)
    return { house: houseOf(of), column: 'device_id', of }
  }
  const visible = visibleHouses(caller, 'd.house_id')
  const found = db
    .prepare(
      `SELECT e.id, e.device_id FROM device_entities e JOIN devices d ON d.id = e.device_id WHERE (e.entity_id = ? OR e.id = ?) AND ${visible.sql} LIMIT 1`,
    )
    .get(entity, entity, ...visible.values) as { id: string; device_id: string } | undefined
  if (found === undefined)
    throw new LaresError('not_found', `there is no entity ${entity}`, { hint: 'See lares entities list.' })
  return { house: houseOf(found.device_id), column: 'entity_id', of: found.id }
}
