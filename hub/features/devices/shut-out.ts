import type { Context } from '../../engine/context.ts'
import { forgetAlarms } from './alarms.ts'
import { clearDesired, clearState, clearStatus } from './retained-state.ts'

/** Ends a device's connection and forgets its secret: it never comes in again. What others were told of it is taken back. */
export function shutOutDevice(context: Context, device: string): void {
  const { db, now } = context
  db.prepare(
    "UPDATE devices SET revoked_at = coalesce(revoked_at, ?), auth_token_hash = NULL, status = 'offline', status_reason = 'revoked', " +
      'status_since = ?, updated_at = ? WHERE id = ?',
  ).run(now, now, now, device)
  context.changed()
  context.effect({ kind: 'disconnect', device, reason: 'revoked' })
  const keys = db.prepare('SELECT key FROM device_entities WHERE device_id = ?').pluck().all(device) as string[]
  clearStatus(context, device)
  clearDesired(context, device)
  for (const key of keys) clearState(context, device, key)
  forgetAlarms(context, device)
}
