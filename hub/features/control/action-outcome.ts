import type { LaresError } from '../../../shared/errors.ts'
import type { Result } from '../../../shared/messages/result.ts'
import { type Asker, answerLater, failure, pending, publishAnswer, success } from '../../engine/answer-later.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin } from '../../engine/feature.ts'
import { actionAnswer, refusedBy } from './action-answer.ts'
import { type ActionRow, actionOf, type DeviceAnswer } from './action-row.ts'
import { actionWords } from './action-words.ts'
import { LOG, logAnswer } from './device-log.ts'

/** How a command ended. */
interface Ending {
  /** `null`: the device did not answer. */
  answer: DeviceAnswer | null
  /** Why it is not done, or not known to be. */
  error: LaresError | null
}

/**
 * A device answered. What it says is the truth, also when it comes after the hub gave up; the same answer again changes
 * nothing.
 */
export function answered(
  context: Context,
  { id, ok, value, error }: Pick<Result, 'id' | 'ok' | 'value' | 'error'>,
  { device, house }: Pick<Origin, 'device' | 'house'>,
): void {
  const { db } = context
  const found = db
    .prepare('SELECT id, result FROM control_actions WHERE command_id = ? AND device_id = ?')
    .get(id, device) as { id: number; result: string | null } | undefined
  if (found?.result != null) return
  const answer: DeviceAnswer = {
    ok,
    ...(value === undefined ? {} : { value }),
    ...(error === undefined ? {} : { error }),
  }
  const action = found && actionOf(db, found.id)
  if (action)
    end(context, action, { answer, error: ok ? null : refusedBy(action, error ?? { message: 'it did not say why' }) })
  context.addEvent({
    type: 'command_result',
    severity: ok ? 'info' : 'warning',
    device,
    house,
    source: 'device',
    ...(action ? { description: actionWords(actionOf(db, action.id), context.now) } : {}),
    data: {
      command: action?.command ?? id,
      action: action?.id ?? null,
      ok,
      value: action?.command === LOG ? null : (value ?? null),
      error: error ?? null,
    },
  })
}

/** Writes down how it ended, and answers whoever waits for that. */
export function end(context: Context, action: ActionRow, { answer, error }: Ending): void {
  const { db, now } = context
  db.prepare(
    'UPDATE control_actions SET status = ?, completed_at = ?, result = ?, error_message = ?, updated_at = ? WHERE id = ?',
  ).run(
    error === null ? 'completed' : 'failed',
    now,
    answer === null ? null : JSON.stringify(kept(action, answer)),
    error?.message ?? null,
    now,
    action.id,
  )
  const asker = askerOf(context, action.id)
  db.prepare('DELETE FROM commands_underway WHERE action_id = ?').run(action.id)
  if (asker === null) return
  if (error !== null) {
    answerLater(context, asker, failure(asker.request, error))
    return
  }
  const ended = { ...actionOf(db, action.id), result: answer }
  // What a log says is handed on: not even the memory of requests keeps it.
  const said = asker.verb === LOG ? logAnswer(ended, answer) : actionAnswer(ended, now)
  const tell = action.command === LOG ? publishAnswer : answerLater
  tell(context, asker, success(asker.request, said))
}

/** What is kept of an answer. Lines of a log may tell more than a database that is synced should know. */
function kept({ command }: ActionRow, { value, ...answer }: DeviceAnswer): DeviceAnswer {
  return command === LOG || value === undefined ? answer : { ...answer, value }
}

/** Says what is known so far to whoever waits; how it ends is among `devices commands`. */
export function answerSoFar(context: Context, action: ActionRow): void {
  const asker = askerOf(context, action.id)
  context.db.prepare('UPDATE commands_underway SET asker = NULL, answer_mono = NULL WHERE action_id = ?').run(action.id)
  if (asker === null) return
  const known = asker.verb === LOG ? logAnswer(action, null) : actionAnswer(action, context.now)
  answerLater(context, asker, pending(asker.request, known))
}

function askerOf({ db }: Context, action: number): Asker | null {
  const text = db.prepare('SELECT asker FROM commands_underway WHERE action_id = ?').pluck().get(action)
  return typeof text === 'string' ? (JSON.parse(text) as Asker) : null
}
