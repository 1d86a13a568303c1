import { z } from 'zod'
import { objectParam, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { columnsSaid, updateRow } from '../../query/row-changes.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { houseNamed, houseParam } from './named-house.ts'
import { ROOM, rowNamed } from './named-row.ts'
import { clearParam, nameParam, placeName, refuseTaken, SAYS_NOTHING, saysSomething } from './names.ts'
import { followRooms, makeRoom, roomLine, roomsOf } from './rooms.ts'

const roomType = text(100).trim().min(1)
const floor = z.int().min(-100).max(1_000)
const count = z.int().min(0).max(1_000).optional()

/** What people say of a room beside its name and kind. */
const fields = {
  floor: floor.optional(),
  square_footage: z.number().min(0).max(10_000_000).optional(),
  ceiling_height: z.number().min(0).max(1_000).optional(),
  windows: count,
  doors: count,
  preferred_temperature: z.number().min(-50).max(60).optional().meta({ description: 'in °C' }),
  preferred_humidity: z.number().min(0).max(100).optional().meta({ description: 'in percent' }),
  lighting_preferences: objectParam.optional().meta({ description: 'a JSON object, in the place of what is there' }),
}
const SET = ['name', 'room_type', ...Object.keys(fields)]
const CLEARED = ['floor', 'square_footage', 'ceiling_height', 'preferred_temperature', 'preferred_humidity'] as const

const HOUSE_AND_NAME = z.strictObject({ room: z.string(), name: z.string(), house: z.string() })

export const listRooms = adminCommand({
  area: 'rooms',
  verb: 'list',
  needs: 'see',
  summary: 'The rooms of the house, by name',
  params: z.strictObject({
    house: houseParam.optional(),
    name: text(255).optional(),
    room_type: roomType.optional(),
    floor: floor.optional(),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({ rooms: z.array(roomLine), next: z.string().optional() }),
  examples: [
    { says: 'every room', params: {} },
    { says: 'where people sleep', params: { room_type: 'bedroom' } },
  ],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const asked = conditions(visibleHouses(caller, 'r.house_id'))
      .when('r.house_id = ?', house)
      .when('r.name = ?', params.name)
      .when('r.room_type = ?', params.room_type)
      .when('r.floor = ?', params.floor)
    const where = after(db, asked, { table: 'rooms', alias: 'r', order: ['name', 'id'], key: params.after })
    const { rows, next } = page(roomsOf(db, where, params.limit + 1), params.limit, ({ id }) => id)
    return { rooms: rows, ...(next === undefined ? {} : { next }) }
  },
})

export const showRoom = adminCommand({
  area: 'rooms',
  verb: 'show',
  needs: 'see',
  summary: 'One room, and what is in it',
  params: z.strictObject({ room: nameParam, house: houseParam.optional() }),
  result: z.strictObject({
    room: z.strictObject({
      ...roomLine.shape,
      square_footage: z.number().nullable(),
      ceiling_height: z.number().nullable(),
      windows: z.int(),
      doors: z.int(),
      preferred_temperature: z.number().nullable(),
      preferred_humidity: z.number().nullable(),
      lighting_preferences: z.record(z.string(), z.json()),
      created_at: time,
    }),
    /** The first thousand by name. */
    devices: z.array(z.strictObject({ name: z.string(), id: z.string(), status: z.string() })),
  }),
  examples: [{ says: 'a room by its name', params: { room: 'Kitchen' } }],
  positional: ['room'],
  changes: false,
  query(context, params) {
    const { db } = context
    const { id } = roomIn(context, params)
    const [line] = roomsOf(db, conditions().when('r.id = ?', id), 1)
    const more = db
      .prepare(
        'SELECT square_footage, ceiling_height, windows, doors, preferred_temperature, preferred_humidity, lighting_preferences, created_at FROM rooms WHERE id = ?',
      )
      .get(id) as { lighting_preferences: string }
    const devices = db
      .prepare(
        'SELECT name, id, status FROM devices WHERE room_id = ? AND revoked_at IS NULL ORDER BY name, id LIMIT 1000',
      )
      .all(id)
    return { room: { ...line, ...more, lighting_preferences: JSON.parse(more.lighting_preferences) }, devices }
  },
})

export const createRoom = adminCommand({
  area: 'rooms',
  verb: 'create',
  needs: 'configure',
  summary: 'Make a room of a house, for devices to be in',
  params: z.strictObject({
    name: placeName,
    room_type: roomType.default('other').meta({ description: 'such as kitchen or bedroom' }),
    house: houseParam.optional(),
    ...fields,
  }),
  result: HOUSE_AND_NAME,
  examples: [
    { says: 'a room of the only house', params: { name: 'Kitchen' } },
    { says: 'one upstairs', params: { name: 'Attic', room_type: 'bedroom', floor: 2, preferred_temperature: 18 } },
  ],
  positional: ['name'],
  changes: true,
  run(context, params) {
    const house = houseNamed(context, params.house)
    refuseTaken(context.db, roomsIn(house), params)
    const room = makeRoom(context, { ...columnsSaid(params, SET), house, name: params.name })
    return { room, name: params.name, house }
  },
})

export const updateRoom = adminCommand({
  area: 'rooms',
  verb: 'update',
  needs: 'configure',
  summary: "Change a room's name, kind and what else is said of it",
  params: z
    .strictObject({
      room: nameParam,
      house: houseParam.optional(),
      name: placeName.optional(),
      room_type: roomType.optional(),
      ...fields,
      clear: clearParam(CLEARED),
    })
    .refine((params) => saysSomething(params, 'room', 'house'), SAYS_NOTHING),
  result: HOUSE_AND_NAME,
  examples: [
    { says: 'another name', params: { room: 'Kitchen', name: 'Big kitchen' } },
    { says: 'how warm it is to be', params: { room: 'Kitchen', preferred_temperature: 20.5 } },
  ],
  positional: ['room'],
  changes: true,
  run(context, params) {
    const { id: room, house_id, name } = roomIn(context, params)
    const house = house_id as string
    refuseTaken(context.db, roomsIn(house), { name: params.name, but: room })
    updateRow(context, { table: 'rooms', id: room }, columnsSaid(params, SET, params.clear))
    const { room: _, house: __, ...changed } = params
    context.addEvent({
      ...{ type: 'room_updated', house, source: 'user' },
      data: { room, changed: Object.keys(changed), by: context.caller.principal },
    })
    return { room, name: params.name ?? name, house }
  },
})

export const removeRoom = adminCommand({
  area: 'rooms',
  verb: 'remove',
  needs: 'configure',
  summary: 'Take a room away; what is in it stays in the house, in no room',
  params: z.strictObject({ room: nameParam, house: houseParam.optional() }),
  result: z.strictObject({ room: z.string(), house: z.string(), devices: z.int() }),
  examples: [{ says: 'a room that is part of another one now', params: { room: 'Kitchen' } }],
  positional: ['room'],
  changes: true,
  danger(context, params) {
    const { id, name } = roomIn(context, params)
    const devices = devicesIn(context.db, id)
    return devices.length === 0
      ? null
      : `${name} will be gone, and in no room will be ${devices.length === 1 ? 'one device' : `${devices.length} devices`}: ${some(devices)}.`
  },
  run(context, params) {
    const { id: room, house_id } = roomIn(context, params)
    const house = house_id as string
    const devices = devicesIn(context.db, room).length
    context.db.prepare('UPDATE devices SET room_id = NULL, updated_at = ? WHERE room_id = ?').run(context.now, room)
    context.db.prepare('DELETE FROM rooms WHERE id = ?').run(room)
    followRooms(context, house)
    context.changed()
    context.addEvent({
      ...{ type: 'room_removed', house, source: 'user' },
      data: { room, devices, by: context.caller.principal },
    })
    return { room, house, devices }
  },
})

function roomIn(context: Parameters<typeof rowNamed>[0], params: { room: string; house?: string | undefined }) {
  return rowNamed(
    context,
    ROOM,
    params.room,
    params.house === undefined ? undefined : houseNamed(context, params.house),
  )
}

function roomsIn(house: string) {
  return { table: 'rooms', where: 'house_id = ?', values: [house], what: 'room' }
}

function devicesIn(db: Parameters<typeof roomsOf>[0], room: string): string[] {
  return db.prepare('SELECT name FROM devices WHERE room_id = ? ORDER BY name').pluck().all(room) as string[]
}

/** A few of many names. */
function some(names: readonly string[]): string {
  const [shown, more] = [names.slice(0, 5), names.length - 5]
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
