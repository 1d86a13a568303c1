import { LaresError } from '../../../shared/errors.ts'
import { crockford } from '../../../shared/ids.ts'
import { COMMANDS } from '../../../shared/limits.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { Pending } from '../../engine/answer-later.ts'
import { actionAnswer } from './action-answer.ts'
import { actionOf } from './action-row.ts'
import type { ToldDevice } from './device-to-tell.ts'

/** What a device is to do. */
export interface CommandOrder {
  device: ToldDevice
  type: 'command' | 'switch' | 'restart'
  /** As the device knows it. */
  name: string
  params: Record<string, unknown>
  /** How long it may wait: it is not run later. */
  expiresMs: number
  /** Whether whoever asks is answered with the outcome, and not at once; default true. */
  isAwaited?: boolean
}

/** A client waits a little longer than it said, for an answer that is on its way. */
const ANSWER_AHEAD_MS = 2_000
/** Where a request does not say when it is over. */
const ANSWER_MS = 10_000

/**
 * Has a device told to do something, once this transaction is on the disk: at once when it can be reached, else when it comes
 * back in time. Whoever asks is answered with the outcome; with what is known when the request is over before, and at once
 * when the device cannot be reached. Throws `busy`.
 */
export function giveCommand(context: CallContext, order: CommandOrder): Pending {
  const { db, now, caller, asker, random } = context
  const mono = context.mono ?? 0
  const { expiresMs, device: told } = order
  const { id: device, online } = told
  const isHeld = online && (order.isAwaited ?? true)
  checkRoom(context, told)
  const id = crockford(20, random)
  const action = db
    .prepare(
      'INSERT INTO control_actions (device_id, command_id, action_type, command, parameters, status, created_at, updated_at) ' +
        "VALUES (?, ?, ?, ?, ?, 'pending', ?, ?) RETURNING id",
    )
    .pluck()
    .get(device, id, order.type, order.name, JSON.stringify(order.params), now, now) as number
  const answerMono = Math.min(
    (context.deadline ?? mono + ANSWER_MS) - ANSWER_AHEAD_MS,
    mono + expiresMs + 2 * COMMANDS.graceMs,
  )
  db.prepare(
    'INSERT INTO commands_underway (id, action_id, device_id, expires_at, deadline_mono, asker, answer_mono) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(
    id,
    action,
    device,
    now + expiresMs,
    mono + expiresMs,
    isHeld ? JSON.stringify(asker) : null,
    isHeld ? answerMono : null,
  )
  context.addEvent({
    type: 'device_commanded',
    device,
    house: told.house,
    source: 'user',
    description: `${caller.principal} wanted ${order.name} of ${device}.`,
    data: { action, command: order.name, parameters: order.params, by: caller.principal },
  })
  return new Pending(actionAnswer(actionOf(db, action), now), isHeld)
}

/** Throws `busy` while as many are on their way as may be. */
function checkRoom({ db }: CallContext, { id, name }: ToldDevice): void {
  const underway = db.prepare('SELECT count(*) FROM commands_underway WHERE device_id = ?').pluck().get(id) as number
  if (underway >= COMMANDS.perDevice)
    throw new LaresError('busy', `${underway} commands are on their way to ${name}`, {
      hint: `Each ends when its time is over: lares devices commands ${id} shows them.`,
    })
}
