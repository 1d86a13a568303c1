import type { Context } from '../../engine/context.ts'

/** A device that was revoked or erased is one of its source again that nobody decided on. */
export function freeRemoved({ db }: Pick<Context, 'db'>): void {
  db.exec(
    "UPDATE maker_devices SET status = CASE status WHEN 'accepted' THEN 'waiting' ELSE status END, device_id = NULL, speaks = 0, " +
      'is_registered = 0, given_name = NULL, refusal = NULL, decided_by = NULL, decided_at = NULL ' +
      "WHERE (device_id IS NULL AND status = 'accepted') OR device_id IN (SELECT id FROM devices WHERE revoked_at IS NOT NULL)",
  )
}
