import { asError, LaresError } from '../../../shared/errors.ts'
import type { RunOf } from '../../engine/job-run.ts'
import type { AlertMessage, alertMessage } from './message-job.ts'
import type { SendContext } from './send-message.ts'
import { sendNtfy } from './send-ntfy.ts'
import { sendWebhook } from './send-webhook.ts'
import { type AlertTarget, alertTargets } from './settings.ts'

/** Brings a message to its target. */
export const runAlertMessage: RunOf<typeof alertMessage> = async (message, context) => {
  const { settings, secrets, signal, idempotencyKey, clock } = context
  const targets = alertTargets(settings)
  const target = Object.hasOwn(targets, message.target) ? targets[message.target] : undefined
  if (!target)
    throw new LaresError('not_found', `hub.toml has no target ${message.target} any more`, {
      hint: 'See lares alerts targets.',
    })
  const { secret: name, secret_file } = target
  const send = (secret: Buffer | null) =>
    sendTo(target, message, { secret, signal, idempotencyKey, clock, now: clock.now() })
  try {
    await secrets.with({ secret: name, secret_file }, send)
  } catch (error) {
    // Also a secret that is missing: a person may enter it while it is tried again.
    if (error instanceof LaresError && error.code !== 'unreachable')
      throw new LaresError('unreachable', asError(error).message, { cause: error, hint: error.hint })
    throw error
  }
}

async function sendTo(target: AlertTarget, message: AlertMessage, context: SendContext): Promise<void> {
  switch (target.kind) {
    case 'webhook':
      return await sendWebhook(message, target, context)
    case 'ntfy':
      return await sendNtfy(message, target, context)
    // Said by the engine, which knows the speakers of a house: no job is made for it.
    case 'speakers':
      return
    case 'mail': {
      // Loaded by whoever writes letters.
      const { sendMail } = await import('./send-mail.ts')
      return await sendMail(message, target, context)
    }
  }
}
