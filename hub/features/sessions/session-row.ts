import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { QueryContext } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import type { SessionKey, SessionState } from './session-moves.ts'

/** A session as it is moved. */
export interface SessionRow extends SessionKey {
  state: SessionState
  device: string
  house: string
  persona: string
  version: string
  /** JSON. */
  history: string
  metadata: string
  snapshot: string
}

/** A condition on the session `s` and its device `d` follows. */
export const SELECT_SESSION =
  'SELECT s.id, s.epoch, s.state, s.device_id AS device, d.house_id AS house, s.persona_id AS persona, s.persona_version AS version, ' +
  's.handoff_history AS history, s.metadata, s.context_snapshot AS snapshot FROM sessions s JOIN devices d ON d.id = s.device_id'

export function sessionRow(db: Database, id: string): SessionRow | undefined {
  return db.prepare(`${SELECT_SESSION} WHERE s.id = ?`).get(id) as SessionRow | undefined
}

/** The session that is under way at a device: at most one is. */
export function sessionAt(db: Database, device: string): SessionRow | undefined {
  return db
    .prepare(
      `${SELECT_SESSION} WHERE s.device_id = ? AND s.state IN ('active', 'handed_off') ORDER BY s.created_at DESC, s.id DESC LIMIT 1`,
    )
    .get(device) as SessionRow | undefined
}

export function metadataOf({ metadata }: Pick<SessionRow, 'metadata'>): Record<string, unknown> {
  return JSON.parse(metadata) as Record<string, unknown>
}

/**
 * The session that a person means: its id, or the device that it is at, of which it is the one that is not over. Throws
 * `not_found`, and what `deviceNamed` throws.
 */
export function sessionNamed(asking: Pick<QueryContext, 'db' | 'caller'>, given: string): SessionRow {
  const { db, caller } = asking
  const seen = visibleHouses(caller, 'd.house_id')
  const byId = db.prepare(`${SELECT_SESSION} WHERE s.id = ? AND ${seen.sql}`).get(given, ...seen.values)
  if (byId !== undefined) return byId as SessionRow
  const device = deviceNamed(asking, given)
  const open = db
    .prepare(
      `${SELECT_SESSION} WHERE s.device_id = ? AND s.state <> 'ended' ORDER BY s.state = 'paused', s.created_at DESC, s.id DESC LIMIT 1`,
    )
    .get(device)
  if (open !== undefined) return open as SessionRow
  throw new LaresError('not_found', `nobody is in a conversation at ${given}`, { hint: 'See lares sessions list.' })
}

const NOT_NOW: Readonly<Record<SessionState, { says: string; hint: string }>> = {
  active: { says: 'the conversation is under way', hint: 'Pause it first: lares sessions pause SESSION.' },
  paused: { says: 'the conversation is paused', hint: 'Resume it first: lares sessions resume SESSION.' },
  ended: { says: 'the conversation is over', hint: 'See which are not: lares sessions list --state active.' },
  handed_off: {
    says: 'the conversation is on its way to another device',
    hint: 'Wait a second, and see where it is: lares sessions list.',
  },
}

/** What is refused because of the state that a session has. */
export function notNow(state: SessionState): LaresError {
  const { says, hint } = NOT_NOW[state]
  return new LaresError('bad_params', says, { hint })
}
