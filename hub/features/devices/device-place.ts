import { z } from 'zod'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { housesWhere } from '../../engine/house-rights.ts'

/** Where a device belongs, as people call it; `null`: nowhere, or nobody's. */
export const place = {
  house: z.string(),
  room: z.string().nullable(),
  group: z.string().nullable(),
  /** Names of people, for who may know who belongs to the house. */
  owner: z.string().nullable(),
  carried_by: z.string().nullable(),
}

export interface DevicePlace {
  house: string
  room: string | null
  group: string | null
  owner: string | null
  carried_by: string | null
}

/** Columns of `place` of the devices `d` of a query. */
export const PLACE_COLUMNS =
  '(SELECT h.name FROM houses h WHERE h.id = d.house_id) AS house, (SELECT r.name FROM rooms r WHERE r.id = d.room_id) AS room, ' +
  '(SELECT g.name FROM device_groups g WHERE g.id = d.group_id) AS "group", ' +
  '(SELECT coalesce((SELECT p.name FROM people p WHERE p.user_id = u.id AND p.house_id = d.house_id ORDER BY p.id LIMIT 1), u.full_name, u.email) FROM users u WHERE u.id = d.owner_id) AS owner, ' +
  '(SELECT p.name FROM people p WHERE p.id = d.carried_by) AS carried_by'

export function devicePlace(db: Database, device: string): DevicePlace {
  return db.prepare(`SELECT ${PLACE_COLUMNS} FROM devices d WHERE d.id = ?`).get(device) as DevicePlace
}

/** The caller with the houses of which they may know who belongs there. */
export function whoKnowsPeople<T extends Pick<AuthorizedCaller, 'rights' | 'houses'>>(caller: T): T {
  return { ...caller, houses: housesWhere(caller.rights, { area: 'people', right: 'read' }) }
}

/** A row without the people in it, where the caller may not know who belongs to its house. */
export function withPeople<T extends Pick<DevicePlace, 'owner' | 'carried_by'> & { house_id: string }>(
  caller: Pick<AuthorizedCaller, 'rights' | 'houses'>,
  row: T,
): T {
  const { houses } = whoKnowsPeople(caller)
  return houses === null || houses.includes(row.house_id) ? row : { ...row, owner: null, carried_by: null }
}
