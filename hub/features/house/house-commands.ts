import { z } from 'zod'
import { id, objectParam, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { columnsSaid, insertRow, updateRow } from '../../query/row-changes.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { ownTimezone } from './default-house.ts'
import { memberLine, membersOf } from './members.ts'
import { houseNamed, houseParam } from './named-house.ts'
import { clearParam, placeName, refuseTaken, SAYS_NOTHING, saysSomething } from './names.ts'
import { countRooms, roomLine, roomsOf } from './rooms.ts'

const houseLine = z.strictObject({
  name: z.string(),
  devices: z.int(),
  people: z.int(),
  rooms: z.int(),
  timezone: z.string(),
  address: z.string().nullable(),
  created_at: time,
  id: id,
})

const COLUMNS =
  'h.name, (SELECT count(*) FROM devices d WHERE d.house_id = h.id AND d.revoked_at IS NULL) AS devices, ' +
  '(SELECT count(*) FROM people p WHERE p.house_id = h.id) AS people, ' +
  '(SELECT count(*) FROM rooms r WHERE r.house_id = h.id) AS rooms, h.timezone, h.address, h.created_at, h.id'

/** One that is being taken away is nobody's any more. */
const THERE = 'h.removed_at IS NULL'

const square = z.number().min(0).max(10_000_000).optional()
const count = z.int().min(0).max(10_000).optional()

/** What people say of a house beside its name. */
const fields = {
  address: text(500).optional(),
  location: text(255).optional().meta({ description: 'where it lies, such as 48.2,16.4 or "by the lake"' }),
  timezone: z.string().max(100).refine(isTimezone, 'is no time zone; write it like Europe/Vienna').optional(),
  square_footage: square,
  num_rooms: count.meta({ description: 'as long as no rooms are named; then it is their number' }),
  num_floors: count,
  preferences: objectParam.optional().meta({ description: 'a JSON object, in the place of what is there' }),
}
const SET = ['name', ...Object.keys(fields)]
const CLEARED = ['address', 'location', 'square_footage', 'num_rooms', 'num_floors'] as const

export const listHouses = adminCommand({
  area: 'houses',
  verb: 'list',
  needs: 'see',
  summary: 'The houses of this hub that the caller belongs to; all for an administrator',
  params: z.strictObject({
    name: text(255).optional(),
    timezone: text(100).optional(),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({ houses: z.array(houseLine), next: z.string().optional() }),
  examples: [{ says: 'the houses of this hub', params: {} }],
  changes: false,
  query({ db, caller }, params) {
    const visible = visibleHouses(caller, 'h.id')
    const asked = conditions({ ...visible, sql: `${THERE} AND ${visible.sql}` })
      .when('h.name = ?', params.name)
      .when('h.timezone = ?', params.timezone)
    const where = after(db, asked, { table: 'houses', alias: 'h', order: ['created_at', 'id'], key: params.after })
    const houses = db
      .prepare(`SELECT ${COLUMNS} FROM houses h WHERE ${where.sql} ORDER BY h.created_at, h.id LIMIT ?`)
      .all(...where.values, params.limit + 1) as { id: string }[]
    const { rows, next } = page(houses, params.limit, (house) => house.id)
    return { houses: rows, ...(next === undefined ? {} : { next }) }
  },
})

export const showHouse = adminCommand({
  area: 'houses',
  verb: 'show',
  needs: 'read',
  summary: 'One house with its rooms, and who belongs to it',
  params: z.strictObject({ house: houseParam.optional() }),
  result: z.strictObject({
    house: z.strictObject({
      ...houseLine.shape,
      location: z.string().nullable(),
      square_footage: z.number().nullable(),
      num_rooms: z.int().nullable(),
      num_floors: z.int().nullable(),
      preferences: z.record(z.string(), z.json()),
      capabilities: z.array(z.json()),
      /** Whether an interview came to its end. */
      setup_completed: z.boolean(),
      last_interview_date: time.nullable(),
    }),
    rooms: z.array(roomLine),
    people: z.array(memberLine),
  }),
  examples: [{ says: 'the only house there is', params: {} }],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const { db } = context
    const house = houseNamed(context, params.house)
    const row = db
      .prepare(
        `SELECT ${COLUMNS}, h.location, h.square_footage, h.num_rooms, h.num_floors, h.preferences, h.capabilities, h.setup_completed, h.last_interview_date FROM houses h WHERE h.id = ?`,
      )
      .get(house) as { preferences: string; capabilities: string; setup_completed: 0 | 1 }
    return {
      house: {
        ...row,
        preferences: JSON.parse(row.preferences),
        capabilities: JSON.parse(row.capabilities),
        setup_completed: row.setup_completed === 1,
      },
      rooms: roomsOf(db, conditions().when('r.house_id = ?', house), 1_000),
      people: membersOf(db, conditions().when('p.house_id = ?', house), 1_000),
    }
  },
})

export const createHouse = adminCommand({
  area: 'houses',
  verb: 'create',
  needs: 'administer',
  summary: 'Make another house of this hub; whoever made it then says who belongs to it',
  params: z.strictObject({ name: placeName, ...fields }),
  result: z.strictObject({ house: z.string(), name: z.string(), timezone: z.string() }),
  examples: [
    { says: 'a second house', params: { name: 'Cottage' } },
    { says: 'one in another time zone', params: { name: 'Flat', timezone: 'America/New_York' } },
  ],
  positional: ['name'],
  changes: true,
  run(context, params) {
    refuseTaken(context.db, HOUSES, params)
    const timezone = params.timezone ?? ownTimezone()
    const house = insertRow(context, 'houses', { ...columnsSaid(params, SET), timezone })
    context.addEvent({
      type: 'house_created',
      house,
      source: 'user',
      data: { name: params.name, by: context.caller.principal },
    })
    return { house, name: params.name, timezone }
  },
})

export const updateHouse = adminCommand({
  area: 'houses',
  verb: 'update',
  needs: 'configure',
  summary: "Change a house's name, address, time zone and what else is said of it",
  params: z
    .strictObject({ house: houseParam.optional(), name: placeName.optional(), ...fields, clear: clearParam(CLEARED) })
    .refine((params) => saysSomething(params, 'house'), SAYS_NOTHING),
  result: z.strictObject({ house: z.string(), name: z.string() }),
  examples: [
    { says: 'another name for the only house', params: { name: 'Cottage' } },
    { says: 'its time zone', params: { timezone: 'Europe/Vienna' } },
    { says: 'how large it is', params: { square_footage: 140, num_floors: 2 } },
  ],
  positional: ['house'],
  changes: true,
  run(context, params) {
    const { db } = context
    const house = houseNamed(context, params.house)
    refuseTaken(db, HOUSES, { name: params.name, but: house })
    if (params.num_rooms !== undefined || params.clear === 'num_rooms') refuseCounted(db, house)
    updateRow(context, { table: 'houses', id: house }, columnsSaid(params, SET, params.clear))
    context.changed()
    const { house: _, ...changed } = params
    context.addEvent({
      type: 'house_updated',
      house,
      source: 'user',
      data: { changed: Object.keys(changed), by: context.caller.principal },
    })
    return { house, name: db.prepare('SELECT name FROM houses WHERE id = ?').pluck().get(house) }
  },
})

const HOUSES = { table: 'houses', where: 'removed_at IS NULL', values: [], what: 'house' }

/** Rooms that are named are counted, and nobody knows better. */
function refuseCounted(db: Database, house: string): void {
  const rooms = countRooms(db, house)
  if (rooms > 0)
    throw new LaresError('bad_params', `num_rooms: ${rooms} rooms of this house are named, and are counted`, {
      hint: 'Name the others too: lares rooms create NAME.',
    })
}

function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat(undefined, { timeZone: name })
    return true
  } catch {
    return false
  }
}
