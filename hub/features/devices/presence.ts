import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Directory } from './directory.ts'
import { tellStatus } from './tell-device.ts'

interface Row {
  id: string
  house_id: string
  status: string
  status_reason: string
}

/** How a device is from now on, and why. */
export interface DeviceStatus {
  status: 'online' | 'offline' | 'error'
  reason: string
  /** Whether an event tells of it. Default true. */
  isTold?: boolean
}

/**
 * Whether a device can be reached. Only the hub says so, from what its broker sees; a will alone is never believed,
 * because an old one may arrive after the device is back. The row, the event and the retained topic change together.
 */
export class Presence {
  #read: Statement
  #write: Statement
  #all: Statement
  #directory: Directory
  /** Hears of every device that can be reached from now on, in the transaction that learns it. */
  onReachable: (context: Context, device: string) => void = () => {}

  constructor(db: Database, directory: Directory) {
    this.#directory = directory
    this.#read = db.prepare('SELECT id, house_id, status, status_reason FROM devices WHERE id = ?')
    this.#write = db.prepare(
      'UPDATE devices SET status = ?, status_reason = ?, status_since = ?, updated_at = ? WHERE id = ?',
    )
    this.#all = db.prepare(
      'SELECT id, house_id, status, status_reason, auth_token_hash IS NOT NULL AS logs_in FROM devices WHERE revoked_at IS NULL',
    )
  }

  /** At start nobody is connected yet: who logs in here is offline until it comes. Others are as their bridge last said. */
  start(context: Context): void {
    for (const row of this.#all.all() as (Row & { logs_in: 0 | 1 })[]) {
      if (row.logs_in === 1 && (row.status === 'online' || row.status === 'busy' || row.status === 'error')) {
        this.#change(context, row, { status: 'offline', reason: 'hub_restart' })
      } else tellStatus(context, row.id)
    }
  }

  /** Says whether that was news. `isTold`: false where one event tells of many devices. */
  set(context: Context, device: string, to: DeviceStatus): boolean {
    const row = this.#read.get(device) as Row | undefined
    if (!row || (row.status === to.status && row.status_reason === to.reason)) return false
    this.#change(context, row, to)
    return true
  }

  #change(context: Context, row: Row, to: DeviceStatus): void {
    const { now } = context
    this.#write.run(to.status, to.reason, now, now, row.id)
    const online = to.status === 'online'
    if (online !== (row.status === 'online') && to.isTold !== false) {
      const name = this.#directory.find(row.id)?.name ?? row.id
      context.addEvent({
        type: online ? 'device_connect' : 'device_disconnect',
        device: row.id,
        house: row.house_id,
        description: online ? `${name} can be reached.` : `${name} can no longer be reached (${to.reason}).`,
        oldState: row.status,
        newState: to.status,
        data: { reason: to.reason },
      })
    }
    tellStatus(context, row.id)
    if (online && row.status !== 'online') this.onReachable(context, row.id)
  }
}
