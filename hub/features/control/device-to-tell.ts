import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'

export interface ToldDevice {
  id: string
  name: string
  house: string
  /** Whether it can be reached now. */
  online: boolean
  /** Whether an agent of ours runs there. */
  hasAgent: boolean
}

interface DeviceRow {
  name: string
  house_id: string
  status: string
  revoked_at: number | null
  integration_type: string
  /** A device behind a bridge has no secret. */
  logs_in: 0 | 1
}

/**
 * The device that a person means, if it can be told something. Throws as `deviceNamed`, and for one that was shut out or hears
 * nothing from this hub.
 */
export function deviceToTell(context: CallContext, given: string): ToldDevice {
  const id = deviceNamed(context, given)
  const row = presentRow(context, id)
  if (row.logs_in === 0)
    throw new LaresError(
      'bad_params',
      `device: ${row.name} does not log in here, so this hub cannot tell it anything`,
      {
        hint: `Tell it by what it is connected through: ${row.integration_type}.`,
      },
    )
  return toldDevice(id, row)
}

/** One that somebody else speaks for, by its id. Throws `not_found` for one that was shut out. */
export function outsideDevice(context: CallContext, id: string): ToldDevice {
  return toldDevice(id, presentRow(context, id))
}

function presentRow({ db }: CallContext, id: string): DeviceRow {
  const row = db
    .prepare(
      'SELECT name, house_id, status, revoked_at, integration_type, auth_token_hash IS NOT NULL AS logs_in FROM devices WHERE id = ?',
    )
    .get(id) as DeviceRow
  if (row.revoked_at !== null)
    throw new LaresError('not_found', `${row.name} was shut out`, {
      hint: 'Devices that can be told something are listed by: lares devices list.',
    })
  return row
}

function toldDevice(id: string, { name, house_id, status, integration_type }: DeviceRow): ToldDevice {
  return { id, name, house: house_id, online: status !== 'offline', hasAgent: integration_type === 'lares' }
}
