import { z } from 'zod'
import { deviceParam, id, objectParam, time } from '../../../shared/admin/fields.ts'
import { DEVICE_SETTINGS } from '../../../shared/device-settings.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { QUIET_HOURS } from '../../../shared/quiet-minutes.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand, type CallContext, type QueryContext } from '../../engine/admin-command.ts'
import { after, type Conditions, conditions, page } from '../../query/list-query.ts'
import { columnsSaid, insertRow, updateRow } from '../../query/row-changes.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { GROUP, rowNamed } from '../house/named-row.ts'
import { clearParam, nameParam, placeName, refuseTaken, SAYS_NOTHING, saysSomething } from '../house/names.ts'
import { activePersona } from '../personas/persona-row.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { accountIn } from './device-people.ts'
import { moveDevice, moveLoss } from './move-device.ts'

const groupLine = z.strictObject({
  name: z.string(),
  description: z.string().nullable(),
  devices: z.int(),
  /** `null`: of the whole hub. */
  house: z.string().nullable(),
  /** `central`: changed there and not here. */
  managed_by: z.string(),
  id: id,
})

const fields = {
  description: text(2_000).optional(),
  settings: objectParam.optional().meta({ description: 'what is set for the whole group: a JSON object' }),
}
const SET = ['name', 'description']
/** What may be taken out of the settings by itself. */
const CLEARED = ['persona', 'volume', 'quiet'] as const
const personaField = text(50)
  .min(1)
  .optional()
  .meta({ description: 'who speaks on its devices that have nobody of their own' })
const volumeField = DEVICE_SETTINGS.volume
  .optional()
  .meta({ description: 'how loud its devices speak that have no volume of their own, in percent' })
const quietField = text(11)
  .regex(QUIET_HOURS, 'are no hours: write them like 22:00-07:00')
  .optional()
  .meta({ description: 'hours in which nothing is said on its devices that nobody asked for: 22:00-07:00' })
const owner = nameParam.optional().meta({ description: 'a person of the house, by name or address' })

const group = { group: nameParam, house: houseParam.optional() }
const GROUP_AND_NAME = z.strictObject({ group: z.string(), name: z.string() })

export const listGroups = adminCommand({
  area: 'groups',
  verb: 'list',
  needs: 'see',
  summary: 'The groups of devices of the house, by name',
  params: z.strictObject({
    house: houseParam.optional(),
    name: text(255).optional(),
    managed_by: z.enum(['site', 'central']).optional(),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(255).optional(),
  }),
  result: z.strictObject({ groups: z.array(groupLine), next: z.string().optional() }),
  examples: [{ says: 'every group', params: {} }],
  positional: ['house'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const asked = conditions(visibleHouses(caller, 'g.house_id'))
      .when('g.house_id = ?', house)
      .when('g.name = ?', params.name)
      .when('g.managed_by = ?', params.managed_by)
    const where = after(db, asked, { table: 'device_groups', alias: 'g', order: ['name', 'id'], key: params.after })
    const { rows, next } = page(groupsOf(db, where, params.limit + 1), params.limit, (row) => row.id)
    return { groups: rows, ...(next === undefined ? {} : { next }) }
  },
})

export const showGroup = adminCommand({
  area: 'groups',
  verb: 'show',
  needs: 'see',
  summary: 'One group with its settings, and the devices in it',
  params: z.strictObject(group),
  result: z.strictObject({
    group: z.strictObject({ ...groupLine.shape, settings: z.record(z.string(), z.json()), created_at: time }),
    /** The first thousand by name, of houses that the caller may see. */
    devices: z.array(z.strictObject({ name: z.string(), id: z.string(), status: z.string() })),
  }),
  examples: [{ says: 'a group by its name', params: { group: 'Day' } }],
  positional: ['group'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const { id } = groupIn(context, params)
    const [line] = groupsOf(db, conditions().when('g.id = ?', id), 1)
    const more = db.prepare('SELECT settings, created_at FROM device_groups WHERE id = ?').get(id) as {
      settings: string
    }
    const where = conditions(visibleHouses(caller, 'house_id')).when('group_id = ?', id)
    const devices = db
      .prepare(
        `SELECT name, id, status FROM devices WHERE ${where.sql} AND revoked_at IS NULL ORDER BY name, id LIMIT 1000`,
      )
      .all(...where.values)
    return { group: { ...line, ...more, settings: JSON.parse(more.settings) }, devices }
  },
})

export const createGroup = adminCommand({
  area: 'groups',
  verb: 'create',
  needs: 'configure',
  summary: 'Make a group of devices of a house, with settings for all of them',
  params: z.strictObject({
    name: placeName,
    house: houseParam.optional(),
    ...fields,
    persona: personaField,
    volume: volumeField,
    quiet: quietField,
    owner,
  }),
  result: GROUP_AND_NAME,
  examples: [
    { says: 'a group of the only house', params: { name: 'Night' } },
    { says: 'one with settings', params: { name: 'Music', settings: { volume: 40 } } },
  ],
  positional: ['name'],
  changes: true,
  run(context, params) {
    const house = houseNamed(context, params.house)
    refuseTaken(context.db, groupsIn(house), params)
    const owned = params.owner === undefined ? null : accountIn(context, params.owner, house)
    const settings = JSON.stringify(groupSettings(context.db, params, {}))
    const made = insertRow(context, 'device_groups', {
      ...{ house_id: house, owner_id: owned, settings, ...columnsSaid(params, SET) },
    })
    context.addEvent({
      ...{ type: 'group_created', house, source: 'user' },
      data: { group: made, name: params.name, by: context.caller.principal },
    })
    return { group: made, name: params.name }
  },
})

export const updateGroup = adminCommand({
  area: 'groups',
  verb: 'update',
  needs: 'configure',
  summary: "Change a group's name, description, settings, persona, volume or owner",
  params: z
    .strictObject({
      ...group,
      name: placeName.optional(),
      ...fields,
      persona: personaField,
      volume: volumeField,
      quiet: quietField,
      owner,
      clear: clearParam(['description', 'owner_id', ...CLEARED]),
    })
    .refine((params) => saysSomething(params, 'group', 'house'), SAYS_NOTHING),
  result: GROUP_AND_NAME,
  examples: [
    { says: 'another name', params: { group: 'Day', name: 'Daytime' } },
    { says: 'settings in the place of those that are there', params: { group: 'Day', settings: { volume: 20 } } },
    { says: 'how loud its devices speak', params: { group: 'Day', volume: 40 } },
    { says: 'who speaks on its devices', params: { group: 'Day', persona: 'companion' } },
  ],
  positional: ['group'],
  changes: true,
  run(context, params) {
    const { db } = context
    const { id, name, house_id: house } = ownGroup(context, params)
    refuseTaken(db, groupsIn(house), { name: params.name, but: id })
    const owned = params.owner === undefined ? {} : { owner_id: accountIn(context, params.owner, house) }
    const cleared = CLEARED.some((one) => one === params.clear) ? undefined : params.clear
    updateRow(context, { table: 'device_groups', id }, { ...columnsSaid(params, SET, cleared), ...owned })
    if (
      (params.settings ?? params.persona ?? params.volume ?? params.quiet) !== undefined ||
      cleared !== params.clear
    ) {
      const before = db.prepare('SELECT settings FROM device_groups WHERE id = ?').pluck().get(id) as string
      const settings = groupSettings(db, params, JSON.parse(before) as GroupSettings)
      updateRow(context, { table: 'device_groups', id }, { settings: JSON.stringify(settings) })
      // Its devices are told whoever speaks on them now.
      context.changed()
    }
    const { group: _, house: __, ...changed } = params
    noteGroup(context, 'group_updated', { id, house }, { changed: Object.keys(changed) })
    return { group: id, name: params.name ?? name }
  },
})

export const removeGroup = adminCommand({
  area: 'groups',
  verb: 'remove',
  needs: 'configure',
  summary: 'Take a group away; its devices stay, in no group',
  params: z.strictObject(group),
  result: z.strictObject({ group: z.string(), devices: z.int() }),
  examples: [{ says: 'a group that nobody needs', params: { group: 'Day' } }],
  positional: ['group'],
  changes: true,
  danger(context, params) {
    const { id, name } = ownGroup(context, params)
    const devices = countDevices(context.db, id)
    return devices === 0
      ? null
      : `${name} will be gone with its settings, and ${devices === 1 ? 'one device' : `${devices} devices`} will be in no group.`
  },
  run(context, params) {
    const { db, now } = context
    const { id, house_id: house } = ownGroup(context, params)
    const devices = countDevices(db, id)
    db.prepare('UPDATE devices SET group_id = NULL, updated_at = ? WHERE group_id = ?').run(now, id)
    db.prepare('DELETE FROM device_groups WHERE id = ?').run(id)
    context.changed()
    noteGroup(context, 'group_removed', { id, house }, { devices })
    return { group: id, devices }
  },
})

export const assignGroup = adminCommand({
  area: 'groups',
  verb: 'assign',
  needs: 'configure',
  summary: 'Put a device into a group; it leaves the one that it is in',
  params: z.strictObject({ group: nameParam, device: deviceParam }),
  result: z.strictObject({ device: z.string(), group: z.string().nullable(), was: z.string().nullable() }),
  examples: [{ says: 'a device into a group', params: { group: 'Day', device: 'kitchen-pi' } }],
  positional: ['group', 'device'],
  changes: true,
  danger: (context, params) => moveLoss(context, params),
  run(context, params) {
    const { device, group: now, was } = moveDevice(context, params)
    return { device, group: now, was: was.group }
  },
})

function groupsOf(db: Database, where: Pick<Conditions, 'sql' | 'values'>, limit: number): { id: string }[] {
  return db
    .prepare(
      'SELECT g.name, g.description, (SELECT count(*) FROM devices d WHERE d.group_id = g.id AND d.revoked_at IS NULL) AS devices, ' +
        '(SELECT h.name FROM houses h WHERE h.id = g.house_id) AS house, g.managed_by, g.id FROM device_groups g ' +
        `WHERE ${where.sql} ORDER BY g.name, g.id LIMIT ?`,
    )
    .all(...where.values, limit) as { id: string }[]
}

type GroupSettings = Record<string, unknown>

/**
 * What is set for the group after this. Throws `not_found` for a persona that there is not, and `bad_params` for one that is inactive
 * and for a volume that is none.
 */
function groupSettings(
  db: Database,
  {
    settings,
    persona,
    volume,
    quiet,
    clear,
  }: {
    settings?: GroupSettings | undefined
    persona?: string | undefined
    volume?: number | undefined
    quiet?: string | undefined
    clear?: string | undefined
  },
  before: GroupSettings,
): GroupSettings {
  const { persona: said = persona, ...rest } = {
    ...(settings ?? before),
    ...(persona === undefined ? {} : { persona }),
    ...(volume === undefined ? {} : { volume }),
    ...(quiet === undefined ? {} : { quiet }),
  }
  if (clear === 'volume') delete rest.volume
  if (clear === 'quiet') delete rest.quiet
  if (
    rest.volume !== before.volume &&
    !DEVICE_SETTINGS.volume.safeParse(rest.volume).success &&
    rest.volume !== undefined
  )
    throw new LaresError('bad_params', 'settings.volume: is no volume', { hint: 'Say a whole number from 0 to 100.' })
  if (said === undefined || said === null || clear === 'persona') return rest
  if (typeof said !== 'string')
    throw new LaresError('bad_params', 'settings.persona: is no persona', { hint: 'See lares personas list.' })
  // One that central took away since stays as it is: it speaks nowhere.
  return { ...rest, persona: said === before.persona ? said : activePersona(db, said) }
}

type Named = { group: string; house?: string | undefined }

function groupIn(context: Pick<QueryContext, 'db' | 'caller'>, params: Named) {
  return rowNamed(
    context,
    GROUP,
    params.group,
    params.house === undefined ? undefined : houseNamed(context, params.house),
  )
}

/** One that may be changed here. Throws `centrally_managed`. */
function ownGroup(context: Pick<QueryContext, 'db' | 'caller'>, params: Named) {
  const found = groupIn(context, params)
  refuseCentral(context.db, 'device_groups', found.id)
  return found
}

function groupsIn(house: string | null) {
  return { table: 'device_groups', where: 'house_id IS ?', values: [house], what: 'group' }
}

function countDevices(db: Database, group: string): number {
  return db
    .prepare('SELECT count(*) FROM devices WHERE group_id = ? AND revoked_at IS NULL')
    .pluck()
    .get(group) as number
}

function noteGroup(
  context: CallContext,
  type: 'group_updated' | 'group_removed',
  { id, house }: { id: string; house: string | null },
  more: Record<string, unknown>,
): void {
  context.addEvent({
    ...{ type, source: 'user' },
    ...(house === null ? {} : { house }),
    data: { group: id, ...more, by: context.caller.principal },
  })
}
