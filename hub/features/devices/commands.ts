import { z } from 'zod'
import { deviceParam, id, time } from '../../../shared/admin/fields.ts'
import { alarmWords } from '../../../shared/alarm-words.ts'
import { agentUpgrade } from '../../../shared/compatibility.ts'
import { severity } from '../../../shared/messages/event.ts'
import { deviceName, text } from '../../../shared/messages/fields.ts'
import { timeWords } from '../../../shared/time-words.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { anyTerm } from '../../query/search-words.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { settingLine, settingLines } from '../control/setting-lines.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { LAST_ERROR_AT } from './alarms.ts'
import { ENTITY_COLUMNS, entityAnswer, entityLine, listEntities } from './entity-commands.ts'
import { createDevice, inviteDevice } from './joining-commands.ts'
import { deviceNamed } from './named-device.ts'
import { type OpenAlarm, openAlarms } from './open-alarms.ts'
import { removeSensor } from './sensor-commands.ts'
import { shutOutDevice } from './shut-out.ts'
import { tellProblems } from './tell-device.ts'

const COLUMNS =
  'd.id, d.name, d.device_type, d.device_class, d.integration_type, d.status, d.status_reason, d.status_since, d.last_seen, ' +
  "d.last_heartbeat, d.detected_model, d.house_id, d.created_at, json_extract(d.capability_details, '$.agent') AS agent_version"

const HEAD = { name: z.string(), id: id, status: z.string() }

const REST = {
  last_seen: time.nullable(),
  status_since: time,
  status_reason: z.string(),
  detected_model: z.string().nullable(),
  device_type: z.string(),
  is_online: z.boolean(),
  integration_type: z.string(),
  created_at: time,
  last_heartbeat: time.nullable(),
  device_class: z.string(),
  house_id: z.string(),
  /** Of the program on the device; `null` when it runs no agent. */
  agent_version: z.string().nullable(),
  /** What brings its agent to a version that this hub serves in full; `null` when it is one. */
  upgrade: z.string().nullable(),
}

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

const alarmLine = z.strictObject({
  since: time,
  severity,
  part: z.string().nullable(),
  description: z.string(),
  type: z.string(),
})

interface DeviceLine {
  id: string
  status: string
  agent_version: string | null
}

export const listDevices = adminCommand({
  area: 'devices',
  verb: 'list',
  needs: 'see',
  summary: 'The devices of the house',
  params: z.strictObject({
    all: z.boolean().default(false),
    limit: z.int().min(1).max(1_000).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({ devices: z.array(listLine), next: z.string().optional() }),
  examples: [
    { says: 'the devices that belong to the house', params: {} },
    { says: 'also those that were revoked', params: { all: true } },
  ],
  changes: false,
  query({ db, caller, now }, params) {
    const where = after(db, conditions(visibleHouses(caller, 'd.house_id')), {
      ...{ table: 'devices', alias: 'd', order: ['name', 'id'] },
      key: params.after,
    })
    const revoked = params.all ? '' : ' AND d.revoked_at IS NULL'
    const devices = db
      .prepare(`SELECT ${COLUMNS} FROM devices d WHERE ${where.sql}${revoked} ORDER BY d.name, d.id LIMIT ?`)
      .all(...where.values, params.limit + 1) as DeviceLine[]
    const { rows, next } = page(devices, params.limit, ({ id }) => id)
    const withAlarms = rows.map((row) => ({ ...withOnline(row), alarms: openAlarms(db, row.id).map(glance(now)) }))
    return { devices: withAlarms, ...(next === undefined ? {} : { next }) }
  },
})

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

/** More do not fit into an answer; a bridge that is one device has thousands. */
const ENTITIES_SHOWN = 500

export const showDevice = adminCommand({
  area: 'devices',
  verb: 'show',
  needs: 'see',
  summary: 'One device with its sensors, its last heartbeat and what is wrong with it',
  params: z.strictObject({ device: deviceParam }),
  result: z.strictObject({
    device: z.strictObject({
      ...HEAD,
      ...REST,
      revoked_at: time.nullable(),
      /** Text of the newest error, also when it is over. */
      last_error: z.string().nullable(),
      last_error_at: time.nullable(),
      capabilities: z.array(z.string()),
      capability_details: z.record(z.string(), z.json()),
      current_state: z.record(z.string(), z.json()),
    }),
    /** What is wrong until its all-clear comes, the newest first. */
    alarms: z.array(alarmLine),
    /** Those that are there before those that left. */
    entities: z.array(z.strictObject(entityLine)),
    /** How many more it has than these. */
    more_entities: z.int(),
    /** Who speaks on it; `null`: the persona of the house. */
    persona: z.string().nullable(),
    /** What the house wants of it, beside what it says of that. */
    settings: z.array(settingLine),
  }),
  examples: [{ says: 'one device', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const device_id = deviceNamed(context, params.device)
    const row = context.db
      .prepare(
        `SELECT ${COLUMNS}, d.capabilities, d.capability_details, d.current_state, d.last_error, d.revoked_at, d.active_persona_id, (${LAST_ERROR_AT}) AS last_error_at FROM devices d WHERE d.id = ?`,
      )
      .get(device_id) as Record<string, unknown>
    const { active_persona_id: persona, ...device } = row
    const entities = context.db
      .prepare(
        `SELECT ${ENTITY_COLUMNS} FROM device_entities e WHERE e.device_id = ? ORDER BY e.is_enabled DESC, e.entity_id LIMIT ?`,
      )
      .all(device_id, ENTITIES_SHOWN) as Parameters<typeof entityAnswer>[0][]
    const entityCount = context.db
      .prepare('SELECT count(*) FROM device_entities WHERE device_id = ?')
      .pluck()
      .get(device_id) as number
    const parsed = Object.fromEntries(
      ['capabilities', 'capability_details', 'current_state'].map((name) => [name, JSON.parse(String(device[name]))]),
    )
    return {
      device: withOnline({ ...(device as unknown as DeviceLine), ...parsed }),
      alarms: openAlarms(context.db, device_id),
      entities: entities.map(entityAnswer),
      more_entities: entityCount - entities.length,
      persona: persona as string | null,
      settings: settingLines(context.db, device_id),
    }
  },
})

export const renameDevice = adminCommand({
  area: 'devices',
  verb: 'rename',
  needs: 'configure',
  summary: 'Give a device another name; its id and topics stay',
  params: z.strictObject({ device: deviceParam, name: deviceName }),
  result: z.strictObject({ device: z.string(), name: z.string() }),
  examples: [{ says: 'another name for people', params: { device: 'kitchen-pi', name: 'Kitchen' } }],
  positional: ['device', 'name'],
  changes: true,
  run(context, params) {
    const device = deviceNamed(context, params.device)
    const before = rowOf(context, device)
    context.db.prepare('UPDATE devices SET name = ?, updated_at = ? WHERE id = ?').run(params.name, context.now, device)
    context.changed()
    tellProblems(context, device)
    context.addEvent({
      type: 'device_renamed',
      device,
      house: before.house_id,
      source: 'user',
      oldState: before.name,
      newState: params.name,
    })
    return { device, name: params.name }
  },
})

export const revokeDevice = adminCommand({
  area: 'devices',
  verb: 'revoke',
  needs: 'configure',
  summary: 'Shut a device out, at once; what it measured stays',
  params: z.strictObject({ device: deviceParam }),
  result: z.strictObject({ device: z.string() }),
  examples: [{ says: 'shut out what was stolen', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: true,
  danger(context, params) {
    const { db, now } = context
    const device = deviceNamed(context, params.device)
    const { name, status, last_seen } = rowOf(context, device)
    const sensors = db
      .prepare('SELECT count(*) FROM device_entities WHERE device_id = ? AND is_enabled')
      .pluck()
      .get(device)
    // When it was last seen is written every two minutes.
    const unseen = last_seen === null ? 'never connected' : `last seen ${timeWords(last_seen, now)}`
    const seen = isOnline(status) ? 'connected' : unseen
    return (
      `${name} (${device}, ${sensors} sensors, ${seen}) will be shut out for good: its secret is forgotten, ` +
      'and to come back it must be invited again, under a new id. What it measured stays.'
    )
  },
  run(context, params) {
    const device = deviceNamed(context, params.device)
    const before = rowOf(context, device)
    shutOutDevice(context, device)
    context.addEvent({
      type: 'device_revoked',
      device,
      house: before.house_id,
      source: 'user',
      data: { by: context.caller.principal },
    })
    return { device }
  },
})

function rowOf({ db }: Pick<CallContext, 'db'>, device: string) {
  return db.prepare('SELECT name, house_id, status, last_seen FROM devices WHERE id = ?').get(device) as {
    name: string
    house_id: string
    status: string
    last_seen: number | null
  }
}

/** An alarm as one of a list. */
function glance(now: number) {
  return (alarm: OpenAlarm) => `${alarmWords(alarm)} (since ${timeWords(alarm.since, now)})`
}

function isOnline(status: string): boolean {
  return status === 'online' || status === 'busy'
}

function withOnline<T extends DeviceLine>(device: T): T & { is_online: boolean; upgrade: string | null } {
  const { status, agent_version } = device
  return { ...device, is_online: isOnline(status), upgrade: agentUpgrade(agent_version) }
}

export const COMMANDS = [
  inviteDevice,
  createDevice,
  listDevices,
  findDevices,
  showDevice,
  renameDevice,
  revokeDevice,
  removeSensor,
  listEntities,
] as const
