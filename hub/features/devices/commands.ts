import { z } from 'zod'
import { deviceParam, id, time } from '../../../shared/admin/fields.ts'
import { severity } from '../../../shared/messages/event.ts'
import { deviceName } from '../../../shared/messages/fields.ts'
import { timeWords } from '../../../shared/time-words.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { settingLine, settingLines } from '../control/setting-lines.ts'
import { LAST_ERROR_AT } from './alarms.ts'
import { COLUMNS, type DeviceLine, HEAD, isOnline, REST, withOnline } from './device-line.ts'
import { withPeople } from './device-place.ts'
import { ENTITY_COLUMNS, entityAnswers, entityLine, listEntities } from './entity-commands.ts'
import { assignGroup, createGroup, listGroups, removeGroup, showGroup, updateGroup } from './group-commands.ts'
import { createDevice, inviteDevice } from './joining-commands.ts'
import { findDevices, listDevices } from './list-commands.ts'
import { moveDeviceCommand } from './move-command.ts'
import { deviceNamed } from './named-device.ts'
import { openAlarms } from './open-alarms.ts'
import { removeSensor } from './sensor-commands.ts'
import { shutOutDevice } from './shut-out.ts'
import { tellProblems } from './tell-device.ts'
import { updateDevice } from './update-command.ts'

const alarmLine = z.strictObject({
  since: time,
  severity,
  part: z.string().nullable(),
  description: z.string(),
  type: z.string(),
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
      user_description: z.string().nullable(),
      location: z.string().nullable(),
      discovery_method: z.string(),
      /** How sure that is, 0 to 1. */
      discovery_confidence: z.number(),
      active_session_id: z.string().nullable(),
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
    /** What is reached through it: the first five hundred by name. */
    hub_devices: z.array(z.strictObject({ name: z.string(), id: id, status: z.string() })),
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
        `SELECT ${COLUMNS}, d.user_description, d.location, d.discovery_method, d.discovery_confidence, d.active_session_id, d.capabilities, d.capability_details, d.current_state, d.last_error, d.revoked_at, d.active_persona_id, (${LAST_ERROR_AT}) AS last_error_at FROM devices d WHERE d.id = ?`,
      )
      .get(device_id) as Record<string, unknown>
    const { active_persona_id: persona, ...device } = row
    const entities = context.db
      .prepare(
        `SELECT ${ENTITY_COLUMNS} FROM device_entities e WHERE e.device_id = ? ORDER BY e.is_enabled DESC, e.entity_id LIMIT ?`,
      )
      .all(device_id, ENTITIES_SHOWN) as Parameters<typeof entityAnswers>[1]
    const entityCount = context.db
      .prepare('SELECT count(*) FROM device_entities WHERE device_id = ?')
      .pluck()
      .get(device_id) as number
    const parsed = Object.fromEntries(
      ['capabilities', 'capability_details', 'current_state'].map((name) => [name, JSON.parse(String(device[name]))]),
    )
    return {
      device: withPeople(context.caller, withOnline({ ...(device as unknown as DeviceLine), ...parsed })),
      alarms: openAlarms(context.db, device_id),
      entities: entityAnswers(context, entities).map(({ id: _, ...entity }) => entity),
      more_entities: entityCount - entities.length,
      hub_devices: context.db
        .prepare(
          'SELECT name, id, status FROM devices WHERE hub_id = ? AND revoked_at IS NULL ORDER BY name, id LIMIT 500',
        )
        .all(device_id),
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
    const { house_id: house, revoked_at } = rowOf(context, device)
    // Whoever says it again, after a hub that was killed as it answered, has done it already.
    if (revoked_at !== null) return { device }
    shutOutDevice(context, device)
    context.addEvent({
      ...{ type: 'device_revoked', device, house },
      source: 'user',
      data: { by: context.caller.principal },
    })
    return { device }
  },
})

function rowOf({ db }: Pick<CallContext, 'db'>, device: string) {
  return db.prepare('SELECT name, house_id, status, last_seen, revoked_at FROM devices WHERE id = ?').get(device) as {
    name: string
    house_id: string
    status: string
    last_seen: number | null
    revoked_at: number | null
  }
}

export const COMMANDS = [
  inviteDevice,
  createDevice,
  listDevices,
  findDevices,
  showDevice,
  renameDevice,
  updateDevice,
  moveDeviceCommand,
  revokeDevice,
  removeSensor,
  listEntities,
  listGroups,
  showGroup,
  createGroup,
  updateGroup,
  assignGroup,
  removeGroup,
] as const
