import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import type { Context } from '../../engine/context.ts'
import { isOnline } from '../devices/device-line.ts'
import { speakingPersona } from '../personas/speaking-persona.ts'
import { closeSession, tellDevice, tellOver } from './conversation.ts'
import { abandonHandoff, type Handoff, handoffsOf } from './handoff-history.ts'
import { moveSession, type SessionKey } from './session-moves.ts'
import { metadataOf, notNow, SELECT_SESSION, type SessionRow, sessionAt } from './session-row.ts'

/** So long after it a handoff is taken back. */
export const HANDOFF_BACK_MS = 10_000
/** So long it waits until whoever asked for it aloud was told so, however long that is spoken. */
const SPOKEN_MS = 8_000
/** A history is for people: the newest of a session that goes from room to room all day. */
const HISTORY = 50

/** Why a device cannot take a conversation. */
export type HandoffFault = 'gone' | 'elsewhere' | 'offline' | 'deaf' | 'busy'

interface HandoffWish {
  to: string
  isBack?: boolean
  /** The device at which somebody asks for it. */
  asking?: string | null
  /** The turn in which somebody asks for it aloud, as its table has it. */
  turn?: string | null
}

interface Target {
  id: string
  name: string
  status: string
  house_id: string
  capabilities: string
  revoked_at: number | null
}

/**
 * Prepares a handoff: the target is looked at, and the session waits for it. It is committed by `settleHandoffs`, where both are
 * still as they are now, and no sooner than whoever asked for it in a `turn` was answered. Throws what is in its way, and changes
 * nothing then.
 */
export function prepareHandoff(
  context: CallContext,
  session: SessionRow,
  { to, isBack = false, asking = null, turn = null }: HandoffWish,
): SessionKey {
  const { now, caller } = context
  if (session.state !== 'active') throw notNow(session.state)
  if (to === session.device) throw wrong(`the conversation is at ${to} already`, 'Name another device.')
  const fault = unfit(context, { to, house: session.house, asking })
  if (fault !== null) throw wrong(fault.says, fault.hint)
  const entry: Handoff = {
    ...{ from: session.device, to, by: caller.principal, prepared_at: now },
    ...{ committed_at: null, abandoned_at: null, reason: null, is_back: isBack, ...(turn === null ? {} : { turn }) },
  }
  const history = [...handoffsOf(session), entry].slice(-HISTORY)
  const key = moveSession(context, session, 'prepare', { history })
  if (key === null) throw notNow('handed_off')
  // Its answer is that of the session as it is now.
  if (turn !== null)
    context.db
      .prepare("UPDATE turns SET timings = json_set(timings, '$.session_epoch', ?) WHERE id = ? AND session_id = ?")
      .run(key.epoch, turn, key.id)
  return key
}

/** Where a session is taken back to: within ten seconds of its handoff. Throws `bad_params`. */
export function wayBack({ now }: Pick<Context, 'now'>, session: SessionRow): string {
  const last = handoffsOf(session).at(-1)
  const at = last?.committed_at ?? null
  if (last === undefined || at === null || last.is_back)
    throw wrong('there is no handoff to take back', 'Name the device that is to have it.')
  if (now - at <= HANDOFF_BACK_MS && now >= at) return last.from
  throw wrong(
    'the handoff is longer ago than ten seconds',
    `Hand it over: lares sessions handoff ${session.id} ${last.from}.`,
  )
}

/** The conversation that was handed over last from a device and is still under way elsewhere. `undefined`: there is none. */
export function handedFrom({ db }: Pick<Context, 'db'>, device: string): SessionRow | undefined {
  const open = db
    .prepare(`${SELECT_SESSION} WHERE s.state IN ('active', 'handed_off') ORDER BY s.updated_at DESC, s.id DESC`)
    .all() as SessionRow[]
  return open.find((session) => handoffsOf(session).at(-1)?.from === device)
}

/** Commits what was prepared, or gives it up where the target is not as it was. */
export function settleHandoffs(context: Context): void {
  const waiting = context.db.prepare(`${SELECT_SESSION} WHERE s.state = 'handed_off'`).all() as SessionRow[]
  for (const session of waiting) {
    const last = handoffsOf(session).at(-1)
    if (last !== undefined && isBeingSaid(context, last)) continue
    const fault = last === undefined ? null : unfit(context, { to: last.to, house: session.house })
    if (last !== undefined && fault === null) commit(context, session, last)
    else abandonHandoff(context, session, fault?.says ?? 'nobody knows where to')
  }
}

/** Whether whoever asked for it aloud is still being told. */
function isBeingSaid({ db, now }: Context, { turn, prepared_at }: Handoff): boolean {
  if (turn === undefined || now < prepared_at || now - prepared_at > SPOKEN_MS) return false
  return db.prepare("SELECT 1 FROM turns WHERE id = ? AND timings -> 'stages' IS NULL").get(turn) !== undefined
}

/** The row is set first, and only then the source stopped: two devices in one session would be worse than none for a moment. */
function commit(context: Context, session: SessionRow, last: Handoff): void {
  const { db, now } = context
  const { id, device: from, house } = session
  const there = sessionAt(db, last.to)
  if (there !== undefined) closeSession(context, there, 'replaced')
  const history = handoffsOf(session).with(-1, { ...last, committed_at: now })
  const metadata = { ...metadataOf(session), device_persona: speakingPersona(db, last.to)?.id ?? null }
  const key = moveSession(context, session, 'commit', { device: last.to, history, metadata })
  if (key === null) return
  tellOver(context, from, { key, reason: 'handed_over' })
  tellDevice(context, last.to, { session: id, epoch: key.epoch, turn: null, step: 'granted', reason: 'handed_over' })
  const data = { from, to: last.to, by: last.by, is_back: last.is_back }
  context.addEvent({ type: 'handoff', device: last.to, house, session: id, oldState: from, newState: last.to, data })
}

/**
 * Why a device cannot take a conversation of a house, in a word and in words; `null`: it can. `asking`: the device at which somebody
 * asks for it, who is no other that speaks there.
 */
export function unfit(
  { db }: Pick<Context, 'db'>,
  { to, house, asking = null }: { to: string; house: string; asking?: string | null },
): { fault: HandoffFault; says: string; hint: string } | null {
  const target = db
    .prepare('SELECT id, name, status, house_id, capabilities, revoked_at FROM devices WHERE id = ?')
    .get(to) as Target | undefined
  if (target === undefined || target.revoked_at !== null)
    return { fault: 'gone', says: `${to} is gone`, hint: 'Name a device that is there: lares devices list.' }
  if (target.house_id !== house)
    return { fault: 'elsewhere', says: `${target.name} is in another house`, hint: 'Name a device of the same house.' }
  if (!isOnline(target.status))
    return { fault: 'offline', says: `${target.name} is offline`, hint: `See why: lares devices show ${target.id}.` }
  const has = JSON.parse(target.capabilities) as string[]
  const missing = [
    ...(has.includes('audio_input') ? [] : ['microphone']),
    ...(has.includes('audio_output') ? [] : ['speaker']),
  ]
  if (missing.length > 0)
    return {
      ...{ fault: 'deaf', says: `${target.name} has no ${missing.join(' and no ')}` },
      hint: 'Name a device that has both.',
    }
  const speaking = db.prepare("SELECT 1 FROM turns WHERE device_id = ? AND phase = 'open' LIMIT 1").get(to)
  return speaking === undefined || asking === to
    ? null
    : { fault: 'busy', says: `somebody is speaking to ${target.name}`, hint: 'Try again when nobody is.' }
}

function wrong(message: string, hint: string): LaresError {
  return new LaresError('bad_params', message, { hint })
}
