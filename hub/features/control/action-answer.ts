import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { ACTION_STATES, type ActionRow } from './action-row.ts'
import { actionWords } from './action-words.ts'

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
  return {
    says: actionWords(action, now),
    state: status,
    device: device_id,
    command,
    value: (result?.value ?? null) as z.infer<ReturnType<typeof z.json>>,
    action: id,
  }
}

/** Why a command was not done, each with what a person may do. */
export function refusedBy({ device, device_id, command }: ActionRow, message: string): LaresError {
  return new LaresError('device_refused', `${device} did not do ${command}: ${message}`, {
    hint: `See what it has and what is wrong with it: lares devices show ${device_id}`,
  })
}

export function notInTime({ device, device_id, command }: ActionRow): LaresError {
  return new LaresError('expired', `${device} was not there in time: ${command} was not run`, {
    hint: `Say it again when the device is back: lares devices show ${device_id}`,
  })
}

export function mayHaveRun({ device, device_id, command }: ActionRow): LaresError {
  return new LaresError('outcome_unknown', `${device} did not answer: ${command} may have run`, {
    hint: `See how the device is before you say it again: lares devices show ${device_id}`,
  })
}
