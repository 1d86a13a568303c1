import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { houseNamed, houseParam } from './named-house.ts'
import { addPerson, listPeople, memberLine, membersOf, removePerson } from './people-commands.ts'

const houseLine = z.strictObject({
  name: z.string(),
  devices: z.int(),
  people: z.int(),
  timezone: z.string(),
  address: z.string().nullable(),
  created_at: time,
  id: z.string(),
})

const COLUMNS =
  'h.name, (SELECT count(*) FROM devices d WHERE d.house_id = h.id AND d.revoked_at IS NULL) AS devices, ' +
  '(SELECT count(*) FROM people p WHERE p.house_id = h.id) AS people, h.timezone, h.address, h.created_at, h.id'

export const listHouses = adminCommand({
  area: 'houses',
  verb: 'list',
  needs: 'see',
  summary: 'The houses of this hub that the caller belongs to; all for an administrator',
  params: z.strictObject({}),
  result: z.strictObject({ houses: z.array(houseLine) }),
  examples: [{ says: 'the houses of this hub', params: {} }],
  changes: false,
  query({ db, caller }) {
    const visible = visibleHouses(caller, 'h.id')
    return {
      houses: db
        .prepare(`SELECT ${COLUMNS} FROM houses h WHERE ${visible.sql} ORDER BY h.created_at, h.id LIMIT 1000`)
        .all(...visible.values),
    }
  },
})

export const showHouse = adminCommand({
  area: 'houses',
  verb: 'show',
  needs: 'read',
  summary: 'One house and who belongs to it',
  params: z.strictObject({ house: houseParam.optional() }),
  result: z.strictObject({ house: houseLine, people: z.array(memberLine) }),
  examples: [{ says: 'the only house there is', params: {} }],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const house = houseNamed(context, params.house)
    return {
      house: context.db.prepare(`SELECT ${COLUMNS} FROM houses h WHERE h.id = ?`).get(house),
      people: membersOf(context.db, { sql: 'p.house_id = ?', values: [house] }),
    }
  },
})

export const updateHouse = adminCommand({
  area: 'houses',
  verb: 'update',
  needs: 'configure',
  summary: "Change a house's name, address or time zone",
  params: z
    .strictObject({
      house: houseParam.optional(),
      name: text(255).min(1).optional(),
      address: text(500).optional(),
      timezone: z.string().max(100).refine(isTimezone, 'is no time zone; write it like Europe/Vienna').optional(),
    })
    .refine(
      ({ house: _, ...changes }) => Object.values(changes).some((value) => value !== undefined),
      'says nothing to change',
    ),
  result: z.strictObject({ house: z.string(), name: z.string() }),
  examples: [
    { says: 'another name for the only house', params: { name: 'Cottage' } },
    { says: 'its time zone', params: { timezone: 'Europe/Vienna' } },
  ],
  positional: ['house'],
  changes: true,
  run(context, params) {
    const house = houseNamed(context, params.house)
    context.db
      .prepare(
        'UPDATE houses SET name = coalesce(?, name), address = coalesce(?, address), timezone = coalesce(?, timezone), updated_at = ? WHERE id = ?',
      )
      .run(params.name ?? null, params.address ?? null, params.timezone ?? null, context.now, house)
    context.changed()
    const { house: _, ...changed } = params
    context.addEvent({
      type: 'house_updated',
      house,
      source: 'user',
      data: { changed: Object.keys(changed), by: context.caller.principal },
    })
    return { house, name: context.db.prepare('SELECT name FROM houses WHERE id = ?').pluck().get(house) }
  },
})

function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat(undefined, { timeZone: name })
    return true
  } catch {
    return false
  }
}

export const COMMANDS = [listHouses, showHouse, updateHouse, listPeople, addPerson, removePerson] as const
