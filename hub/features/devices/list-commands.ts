import { z } from 'zod'
import { id } from '../../../shared/admin/fields.ts'
import { alarmWords } from '../../../shared/alarm-words.ts'
import { deviceName, text } from '../../../shared/messages/fields.ts'
import { timeWords } from '../../../shared/time-words.ts'
import { adminCommand, type QueryContext } from '../../engine/admin-command.ts'
import { after, type Conditions, conditions, page } from '../../query/list-query.ts'
import { anyTerm } from '../../query/search-words.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { GROUP, type NamedKind, PERSON, ROOM, rowNamed } from '../house/named-row.ts'
import { nameParam } from '../house/names.ts'
import { COLUMNS, type DeviceLine, HEAD, REST, withOnline } from './device-line.ts'
import { whoKnowsPeople, withPeople } from './device-place.ts'
import { type OpenAlarm, openAlarms } from './open-alarms.ts'

/** What is wrong with the device until its all-clear comes, each in words. */
const listLine = z.strictObject({ ...HEAD, alarms: z.array(z.string()), ...REST })

const foundLine = z.strictObject({
  name: z.string(),
  id: id,
  user_description: z.string().nullable(),
  detected_brand: z.string().nullable(),
  detected_model: z.string().nullable(),
  status: z.string(),
  house_id: z.string(),
})

export const listDevices = adminCommand({
  area: 'devices',
  verb: 'list',
  needs: 'see',
  summary: 'The devices of the house',
  params: z.strictObject({
    house: houseParam.optional(),
    room: nameParam.optional(),
    group: nameParam.optional(),
    owner: nameParam.optional(),
    carried_by: nameParam.optional(),
    name: deviceName.optional(),
    status: z.enum(['online', 'offline', 'busy', 'error']).optional(),
    device_type: text(50).optional(),
    device_class: text(50).optional(),
    integration_type: text(100).optional(),
    all: z.boolean().default(false).meta({ description: 'also those that were revoked' }),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({ devices: z.array(listLine), next: z.string().optional() }),
  examples: [
    { says: 'the devices that belong to the house', params: {} },
    { says: 'also those that were revoked', params: { all: true } },
    { says: 'what one integration brought', params: { integration_type: 'hue' } },
  ],
  changes: false,
  query(context, params) {
    const { db, caller, now } = context
    const where = after(db, askedFor(context, params), {
      ...{ table: 'devices', alias: 'd', order: ['name', 'id'] },
      key: params.after,
    })
    const revoked = params.all ? '' : ' AND d.revoked_at IS NULL'
    const devices = db
      .prepare(`SELECT ${COLUMNS} FROM devices d WHERE ${where.sql}${revoked} ORDER BY d.name, d.id LIMIT ?`)
      .all(...where.values, params.limit + 1) as DeviceLine[]
    const { rows, next } = page(devices, params.limit, ({ id }) => id)
    const withAlarms = rows.map((row) => ({
      ...withPeople(caller, withOnline(row)),
      alarms: openAlarms(db, row.id).map(glance(now)),
    }))
    return { devices: withAlarms, ...(next === undefined ? {} : { next }) }
  },
})

const EQUAL = ['name', 'status', 'device_type', 'device_class', 'integration_type'] as const

interface Filters extends Partial<Record<(typeof EQUAL)[number], string | undefined>> {
  house?: string | undefined
  room?: string | undefined
  group?: string | undefined
  owner?: string | undefined
  carried_by?: string | undefined
}

/** Devices that the caller may see, of which all of this is true. Throws `not_found` for what is named and not there. */
function askedFor(context: QueryContext, filters: Filters): Conditions {
  const house = filters.house === undefined ? undefined : houseNamed(context, filters.house)
  const idOf = (kind: NamedKind, given: string | undefined, asking: Pick<QueryContext, 'db' | 'caller'> = context) =>
    given === undefined ? undefined : rowNamed(asking, kind, given, house).id
  // Nobody finds out by asking who belongs to a house.
  const asking = { ...context, caller: whoKnowsPeople(context.caller) }
  const placed = conditions(visibleHouses(context.caller, 'd.house_id'))
    .when('d.house_id = ?', house)
    .when('d.room_id = ?', idOf(ROOM, filters.room))
    .when('d.group_id = ?', idOf(GROUP, filters.group))
    .when('d.owner_id = (SELECT user_id FROM people WHERE id = ?)', idOf(PERSON, filters.owner, asking))
    .when('d.carried_by = ?', idOf(PERSON, filters.carried_by, asking))
  return EQUAL.reduce((all, column) => all.when(`d.${column} = ?`, filters[column]), placed)
}

/** What stands in these is searched; see the table. */
const SEARCHED = ['d.name', 'd.user_description', 'd.detected_brand', 'd.detected_model']
const FOUND =
  'd.id IN (SELECT k.row_key FROM search_devices JOIN search_devices_keys k ON k.id = search_devices.rowid WHERE search_devices MATCH ?)'

export const findDevices = adminCommand({
  area: 'devices',
  verb: 'find',
  needs: 'see',
  summary: 'Devices by any of these words anywhere in name, description, brand or model',
  params: z.strictObject({
    /** Separated by blanks; without any, all devices. */
    words: text(10_000).default(''),
    house: houseParam.optional(),
    limit: z.int().min(1).max(1_000).default(10),
    after: text(40).optional(),
  }),
  result: z.strictObject({ devices: z.array(foundLine), next: z.string().optional() }),
  examples: [{ says: 'what is in the kitchen, and every lamp', params: { words: 'kitchen lamp' } }],
  positional: ['words'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const found = anyTerm(params.words, { found: FOUND, columns: SEARCHED })
    const visible = conditions(visibleHouses(caller, 'd.house_id')).when('d.house_id = ?', house)
    const matching = found
      ? conditions({ sql: `${visible.sql} AND ${found.sql}`, values: [...visible.values, ...found.values] })
      : visible
    const where = after(db, matching, {
      ...{ table: 'devices', alias: 'd', order: ['name', 'id'] },
      key: params.after,
    })
    const devices = db
      .prepare(
        `SELECT d.name, d.id, d.user_description, d.detected_brand, d.detected_model, d.status, d.house_id FROM devices d WHERE ${where.sql} AND d.revoked_at IS NULL ORDER BY d.name, d.id LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { id: string }[]
    const { rows, next } = page(devices, params.limit, ({ id }) => id)
    return { devices: rows, ...(next === undefined ? {} : { next }) }
  },
})

/** An alarm as one of a list. */
function glance(now: number) {
  return (alarm: OpenAlarm) => `${alarmWords(alarm)} (since ${timeWords(alarm.since, now)})`
}
