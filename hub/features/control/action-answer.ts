import { z } from 'zod'
import { UPGRADE_COMMAND } from '../../../shared/compatibility.ts'
import { LaresError } from '../../../shared/errors.ts'
import { ACTION_STATES, type ActionRow } from './action-row.ts'
import { actionWords, orderWords, subjectWords } from './action-words.ts'

/** What is answered to whoever has a device told something. */
export const actionSchema = z.strictObject({
  says: z.string(),
  state: z.enum(ACTION_STATES),
  device: z.string(),
  command: z.string(),
  /** What the device answered. */
  value: z.json().nullable(),
  /** Its number among `devices commands`. */
  action: z.number(),
})

export function actionAnswer(action: ActionRow, now: number): z.infer<typeof actionSchema> {
  const { id, device_id, command, status, result } = action
  const words = actionWords(action, now)
  return {
    says: status === 'completed' ? words : `${words}. What becomes of it: lares devices commands ${device_id}`,
    state: status,
    device: device_id,
    command,
    value: (result?.value ?? null) as z.infer<ReturnType<typeof z.json>>,
    action: id,
  }
}

/** Why a command was not done, each with what a person may do. */
export function refusedBy(action: ActionRow, { code = '', message }: { code?: string; message: string }): LaresError {
  if (action.command === 'log' && code === 'unknown_command')
    return new LaresError('device_refused', `the agent of ${action.device} is too old to say its log`, {
      hint: `Upgrade it, on that machine: ${UPGRADE_COMMAND}`,
    })
  return new LaresError('device_refused', `${action.device} did not ${orderWords(action)}: ${message}`, {
    hint: `See what it has and what is wrong with it: lares devices show ${action.device_id}`,
  })
}

export function notInTime(action: ActionRow): LaresError {
  return notTold(action, 'was not there in time')
}

/** The hub began anew, and nothing says for how long it was away. */
export function notKept(action: ActionRow): LaresError {
  return notTold(action, 'was not told before the hub restarted, whose clock does not say how long that took')
}

export function mayHaveRun(action: ActionRow): LaresError {
  const { subject, done } = subjectWords(action)
  const may = done === 'run' ? 'may have run' : `may have been ${done}`
  return new LaresError('outcome_unknown', `${action.device} did not answer: ${subject} ${may}`, {
    hint: `See how the device is before you say it again: lares devices show ${action.device_id}`,
  })
}

function notTold(action: ActionRow, why: string): LaresError {
  const { subject, done } = subjectWords(action)
  return new LaresError('expired', `${action.device} ${why}: ${subject} was not ${done}`, {
    hint: `Say it again when the device is back: lares devices show ${action.device_id}`,
  })
}
