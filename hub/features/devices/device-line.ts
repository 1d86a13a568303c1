import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { agentUpgrade } from '../../../shared/compatibility.ts'
import { type DevicePlace, PLACE_COLUMNS, place } from './device-place.ts'

/** Columns of a device `d` of a query. */
export const COLUMNS =
  'd.id, d.name, d.device_type, d.device_class, d.integration_type, d.status, d.status_reason, d.status_since, d.last_seen, ' +
  `d.last_heartbeat, d.detected_model, d.house_id, d.created_at, json_extract(d.capability_details, '$.agent') AS agent_version, ${PLACE_COLUMNS}`

export const HEAD = { name: z.string(), id: id, status: z.string() }

export const REST = {
  room: place.room,
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
  group: place.group,
  owner: place.owner,
  carried_by: place.carried_by,
  house: place.house,
  house_id: z.string(),
  /** Of the program on the device; `null` when it runs no agent. */
  agent_version: z.string().nullable(),
  /** What brings its agent to a version that this hub serves in full; `null` when it is one. */
  upgrade: z.string().nullable(),
}

export interface DeviceLine extends DevicePlace {
  id: string
  status: string
  house_id: string
  agent_version: string | null
}

export function isOnline(status: string): boolean {
  return status === 'online' || status === 'busy'
}

export function withOnline<T extends DeviceLine>(device: T): T & { is_online: boolean; upgrade: string | null } {
  const { status, agent_version } = device
  return { ...device, is_online: isOnline(status), upgrade: agentUpgrade(agent_version) }
}
