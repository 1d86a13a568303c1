import { createHash, timingSafeEqual } from 'node:crypto'
import { LaresError } from '../../../shared/errors.ts'
import { crockford, deviceId } from '../../../shared/ids.ts'
import { CLOCK_STEP_MS, INVITATION } from '../../../shared/limits.ts'
import type { JoinRequest } from '../../../shared/messages/join-request.ts'
import type { Context } from '../../engine/context.ts'
import { classOf } from './device-types.ts'
import { tellStatus } from './tell-device.ts'

/** SHA-256, hex. Enough for secrets of 128 random bits and more; people's passwords are hashed elsewhere. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

const SELECTOR_LENGTH = 6
const VERIFIER_LENGTH = 26

interface InvitationRow {
  /** The first part of the code: finds the row, proves nothing. */
  id: string
  code_hash: string
  name: string
  device_type: string
  house_id: string
  expires_at: number
  tries: number
  used_secret_hash: string | null
  device_id: string | null
}

/** Makes an invitation and returns its code, which is kept nowhere. Throws `clock_unsynced`. */
export function invite(
  context: Context,
  wish: { name: string; type: string; house: string; by: string },
): { code: string; expiresAt: number } {
  if (context.clockSynced === false)
    throw new LaresError('clock_unsynced', 'the hub does not know what time it is, so an invitation could not expire')
  const selector = crockford(SELECTOR_LENGTH, context.random)
  const code = selector + crockford(VERIFIER_LENGTH, context.random)
  const expiresAt = context.now + INVITATION.ageMs
  context.db
    .prepare(
      'INSERT INTO invitations (id, code_hash, name, device_type, house_id, invited_by, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(selector, hashSecret(code), wish.name, wish.type, wish.house, wish.by, expiresAt, context.now)
  tellJoining(context)
  return { code, expiresAt }
}

export interface NewDevice {
  name: string
  type: string
  house: string
  /** `null`: it does not log in here. */
  secretHash: string | null
  /** `wifi`, `zigbee`, `bluetooth`, `cloud`. */
  connection?: string
  integration: string
  discovery: string
  hardware: string | null
}

/** Makes the device's row. Its id is the name plus a random tail, and never changes. */
export function addDevice(context: Context, device: NewDevice): string {
  const id = insertDevice(context, device)
  context.changed()
  return id
}

/** As `addDevice`, for one of many: whoever makes them has them read again behind the last, which takes as long as to make one. */
export function insertDevice(context: Context, device: NewDevice): string {
  const id = deviceId(device.name, context.random)
  const { now } = context
  context.db
    .prepare(
      'INSERT INTO devices (id, house_id, name, device_type, device_class, detected_model, integration_type, connection_method, ' +
        'requires_auth, auth_method, auth_token_hash, status, status_reason, status_since, discovery_method, created_at, updated_at) ' +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'offline', 'never_connected', ?, ?, ?, ?)",
    )
    .run(
      id,
      device.house,
      device.name,
      device.type,
      classOf(device.type),
      device.hardware,
      device.integration,
      device.connection ?? 'wifi',
      ...(device.secretHash === null ? [0, 'none', null] : [1, 'local_token', device.secretHash]),
      now,
      device.discovery,
      now,
      now,
    )
  context.effect({ kind: 'device_house', device: id, house: device.house })
  tellStatus(context, id)
  return id
}

/**
 * The invitation of a code, if it may still be used. A wrong code for a known invitation counts as a try, and five burn it;
 * a used one is good only for the device that used it.
 */
export function checkCode(context: Context, code: string): InvitationRow {
  const row = context.db.prepare('SELECT * FROM invitations WHERE id = ?').get(code.slice(0, SELECTOR_LENGTH)) as
    | InvitationRow
    | undefined
  if (!row) throw new LaresError('bad_code', 'this hub made no such invitation')
  if (row.tries >= INVITATION.tries) throw new LaresError('code_used', `this invitation was tried ${row.tries} times`)
  if (!sameHash(row.code_hash, hashSecret(code))) throw new LaresError('bad_code', 'this hub made no such invitation')
  // One that would be good for longer than any was made under a clock that was ahead.
  const left = row.expires_at - context.now
  if (row.device_id === null && (left <= 0 || left > INVITATION.ageMs + CLOCK_STEP_MS))
    throw new LaresError('code_expired', 'this invitation is older than ten minutes')
  return row
}

/** Counts a wrong code against the invitation it names. */
export function countTry(context: Context, code: string): void {
  context.db.prepare('UPDATE invitations SET tries = tries + 1 WHERE id = ?').run(code.slice(0, SELECTOR_LENGTH))
}

/**
 * Lets a device in. The same code with the same secret gives the same answer, so a lost reply costs nothing;
 * with another secret it is used up.
 */
export function join(context: Context, request: JoinRequest): { device: string; name: string; device_type: string } {
  const { db, now } = context
  const row = checkCode(context, request.code)
  const secretHash = hashSecret(request.secret)
  if (row.device_id !== null) {
    if (!sameHash(row.used_secret_hash ?? '', secretHash))
      throw new LaresError('code_used', 'this invitation let another device in already')
    return db.prepare('SELECT id AS device, name, device_type FROM devices WHERE id = ?').get(row.device_id) as {
      device: string
      name: string
      device_type: string
    }
  }
  const name = request.name ?? row.name
  const device = addDevice(context, {
    name,
    type: row.device_type,
    house: row.house_id,
    secretHash,
    integration: 'lares',
    discovery: 'invitation',
    hardware: request.hardware,
  })
  db.prepare('UPDATE invitations SET used_at = ?, used_secret_hash = ?, device_id = ? WHERE id = ?').run(
    now,
    secretHash,
    device,
    row.id,
  )
  context.addEvent({
    type: 'device_joined',
    device,
    house: row.house_id,
    source: 'user',
    data: { name, device_type: row.device_type, ...(request.leaves === undefined ? {} : { leaves: request.leaves }) },
  })
  tellJoining(context)
  return { device, name, device_type: row.device_type }
}

/** Tells until when somebody may join. */
export function tellJoining(context: Context): void {
  const until = context.db
    .prepare('SELECT max(expires_at) FROM invitations WHERE device_id IS NULL AND tries < ? AND expires_at > ?')
    .pluck()
    .get(INVITATION.tries, context.now) as number | null
  context.effect({ kind: 'joining', until })
}

/** Removes invitations a day after they ended. */
export function forgetOldInvitations(context: Context): void {
  context.db
    .prepare('DELETE FROM invitations WHERE expires_at < ? OR expires_at > ?')
    .run(context.now - 86_400_000, context.now + INVITATION.ageMs + CLOCK_STEP_MS)
}

/** Takes as long whatever differs. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
