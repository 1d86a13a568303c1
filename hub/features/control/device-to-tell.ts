import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'

export interface ToldDevice {
  id: string
  name: string
  house: string
  /** Whether it can be reached now. */
  online: boolean
}

/** The device that a person means, if it can be told something. Throws as `deviceNamed`, and for one that was shut out. */
export function deviceToTell(context: CallContext, given: string): ToldDevice {
  const id = deviceNamed(context, given)
  const row = context.db.prepare('SELECT name, house_id, status, revoked_at FROM devices WHERE id = ?').get(id) as {
    name: string
    house_id: string
    status: string
    revoked_at: number | null
  }
  if (row.revoked_at !== null)
    throw new LaresError('not_found', `${row.name} was shut out`, {
      hint: 'Devices that can be told something are listed by: lares devices list.',
    })
  return { id, name: row.name, house: row.house_id, online: row.status !== 'offline' }
}
